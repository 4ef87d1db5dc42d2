package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.pipeline.decide.metric.Metric.Group;
import java.util.List;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexVisitorImpl;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ids that the rows of a metric would show. A row of a metric is counted long before it is written, and is no
 * row of a person, so an erasure can neither hold it back nor find it.
 *
 * <p>Whatever is computed of an id shows it; a condition tells no more than whether it holds, so an id in a condition is
 * not shown, also where CASE makes another value of it.
 *
 * @param row of the table in its window
 * @param inputs of the aggregate, over {@code row}
 */
record ShownIds(RelDataType row, List<RexNode> inputs, List<Group> groups, List<Measure> measures) {
    private static final String USER_ID = "user_id";

    /** Each group of one of these would hold the clicks of one person only. */
    private static final Set<String> IN_DIMENSIONS = Set.of(USER_ID, "event_id", "session_id");

    /** The ids of clicks and sessions name nobody. */
    private static final Set<String> IN_MEASURES = Set.of(USER_ID);

    /**
     * The id that a column of the metric shows; null for none.
     *
     * @param column over the groups and then the measures
     */
    @Nullable
    String in(RexNode column) {
        for (int part : RelOptUtil.InputFinder.bits(column)) {
            String id = part < groups.size()
                    ? shown(groups.get(part).input(), IN_DIMENSIONS)
                    : inMeasure(measures.get(part - groups.size()));
            if (id != null) {
                return id;
            }
        }
        return null;
    }

    private @Nullable String inMeasure(Measure measure) {
        return switch (measure.function()) {
            case COUNT, APPROX_COUNT_DISTINCT -> null;
            case SUM, MIN, MAX, APPROX_QUANTILE -> shown(measure.argument(), IN_MEASURES);
        };
    }

    private @Nullable String shown(int input, Set<String> ids) {
        String[] found = new String[1];
        inputs.get(input).accept(new RexVisitorImpl<@Nullable Void>(true) {
            @Override
            public @Nullable Void visitInputRef(RexInputRef ref) {
                String name = row.getFieldNames().get(ref.getIndex());
                found[0] = ids.contains(name) ? name : found[0];
                return null;
            }

            @Override
            public @Nullable Void visitCall(RexCall call) {
                return call.getType().getSqlTypeName() == SqlTypeName.BOOLEAN ? null : super.visitCall(call);
            }
        });
        return found[0];
    }
}
