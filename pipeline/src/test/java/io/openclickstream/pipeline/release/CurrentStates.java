package io.openclickstream.pipeline.release;

import io.openclickstream.pipeline.ReleaseJob;
import io.openclickstream.pipeline.release.ReleasedStates.Operator;
import io.openclickstream.pipeline.release.ReleasedStates.State;
import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.RegisteredState;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.typeutils.runtime.PojoSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;

/** Describes the code at hand: its real stream graph, the registry of states, and the shipped metrics. */
final class CurrentStates {
    private CurrentStates() {}

    /** As a release of this version would write it. */
    static ReleasedStates describe(String version) throws Exception {
        Map<String, String> meanings =
                Arrays.stream(OperatorUid.values()).collect(Collectors.toMap(OperatorUid::uid, OperatorUid::meaning));
        Map<String, Operator> operators = new TreeMap<>();
        for (StreamNode node : ReleaseJob.streamGraph().getStreamNodes()) {
            String meaning = meanings.get(node.getTransformationUID());
            if (meaning != null) {
                operators.put(node.getTransformationUID(), new Operator(operatorClass(node), input(node), meaning));
            }
        }
        Map<String, State> states = new TreeMap<>();
        for (RegisteredState state : RegisteredState.values()) {
            states.put(
                    id(state),
                    new State(
                            state.kind().name(),
                            state.since(),
                            StateTypes.keyFields(state),
                            StateTypes.valueFields(state)));
        }
        return new ReleasedStates(
                version, ReleaseJob.maxParallelism(), operators, states, new TreeMap<>(ReleaseJob.shippedMetrics()));
    }

    /** How a state is called in the files of a release. */
    static String id(RegisteredState state) {
        return state.operator().uid() + "/" + state.stateName();
    }

    private static String operatorClass(StreamNode node) {
        Object factory = node.getOperatorFactory();
        return (factory instanceof SimpleOperatorFactory<?> simple ? simple.getOperator() : factory)
                .getClass()
                .getSimpleName();
    }

    private static String input(StreamNode node) throws IOException {
        StringBuilder names = new StringBuilder();
        for (TypeSerializer<?> serializer : node.getTypeSerializersIn()) {
            names.append(names.isEmpty() ? "" : ", ").append(name(serializer));
        }
        return names.isEmpty() ? "nothing" : names.toString();
    }

    private static String name(TypeSerializer<?> serializer) throws IOException {
        if (!(serializer instanceof PojoSerializer<?>)) {
            return serializer.getClass().getSimpleName().replace("Serializer", "");
        }
        DataOutputSerializer out = new DataOutputSerializer(256);
        serializer.snapshotConfiguration().writeSnapshot(out);
        String type = new DataInputDeserializer(out.getCopyOfBuffer()).readUTF();
        return type.substring(type.lastIndexOf('.') + 1);
    }
}
