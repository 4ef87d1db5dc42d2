package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.lake.IncompatibleTableException;
import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.LakeCommitter;
import io.openclickstream.lake.LakeEpoch;
import io.openclickstream.lake.LakeRefusedException;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.PassedBorders;
import io.openclickstream.lake.Retry;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.schemas.lake.LakeFile;
import io.openclickstream.schemas.lake.LakePrepared;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Commits what all writers of the lake have written, one checkpoint at a time: files become visible, then each table gets
 * a snapshot with them. What is written and not committed is in state; after a restore it is committed again, since
 * nobody knows whether it was before, and the tables know. Has one subtask.
 *
 * <p>A catalog or store that is down holds the job back: this operator takes no barrier in while it waits, so no further
 * checkpoint can be complete.
 */
public final class LakeCommitOperator extends AbstractStreamOperator<Void>
        implements OneInputStreamOperator<LakePrepared, Void> {
    private static final long serialVersionUID = 1L;

    private final LakeTarget target;
    private final MetricCatalog metricCatalog;
    private final Set<String> writers;

    private transient ListState<LakePrepared> state;
    private transient ListState<String> lineageState;
    private transient String lineage;
    private transient long restoredEpoch;
    private transient WrittenEpochs written;
    private transient RecoverableWriter uploads;
    private transient @Nullable LakeCatalog catalog;
    private transient @Nullable LakeCommitter committer;

    /**
     * @param metricCatalog whose metrics have tables
     * @param writers names of all writers
     */
    @SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before the first element
    public LakeCommitOperator(LakeTarget target, MetricCatalog metricCatalog, Set<String> writers) {
        this.target = target;
        this.metricCatalog = metricCatalog;
        this.writers = Set.copyOf(writers);
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        var store = context.getOperatorStateStore();
        state = store.getUnionListState(new ListStateDescriptor<>("prepared", TypeInformation.of(LakePrepared.class)));
        lineageState = store.getUnionListState(new ListStateDescriptor<>("lineage", Types.STRING));
        lineage = target.newLineage();
        for (String restored : lineageState.get()) {
            lineage = restored;
        }
        written = new WrittenEpochs(writers, state.get());
        restoredEpoch = context.getRestoredCheckpointId().orElse(0);
        written.complete(restoredEpoch);
    }

    @Override
    public void open() throws Exception {
        super.open();
        uploads =
                new org.apache.flink.core.fs.Path(target.root()).getFileSystem().createRecoverableWriter();
        retry("opening the tables").untilDone(this::openTables);
        getMetricGroup().gauge("lakeSnapshots", this::mostSnapshots);
        commitWhatIsDue();
    }

    private void openTables() throws IOException, InterruptedException {
        closeTables();
        LakeCatalog opened = LakeCatalog.open(lakeSettings());
        catalog = opened;
        String submission = getRuntimeContext().getJobInfo().getJobId().toHexString();
        var tables = new LakeCommitter(opened, LakeDataset.tables(metricCatalog), submission, target.maxSnapshots());
        committer = tables;
        var borders = new PassedBorders(opened, target.allowedLateness());
        borders.require(lineage, restoredEpoch);
        tables.open(lineage, restoredEpoch);
        borders.require(lineage, restoredEpoch);
    }

    /** Asked by the thread that reports metrics. */
    private int mostSnapshots() {
        LakeCommitter tables = committer;
        return tables == null ? 0 : tables.mostSnapshots();
    }

    private void closeTables() {
        if (committer != null) {
            committer.close();
        }
        if (catalog != null) {
            catalog.close();
        }
    }

    private LakeSettings lakeSettings() throws IOException {
        Map<String, String> properties = new HashMap<>();
        if (target.catalogProperties() != null) {
            try (Reader file = Files.newBufferedReader(Path.of(target.catalogProperties()))) {
                var all = new Properties();
                all.load(file);
                all.stringPropertyNames().forEach(name -> properties.put(name, all.getProperty(name)));
            }
        }
        var flink = getContainingTask().getEnvironment().getTaskManagerInfo().getConfiguration();
        return new LakeSettings(target.root(), target.catalog(), properties, S3Access.of(flink.toMap()));
    }

    @Override
    public void processElement(StreamRecord<LakePrepared> element) throws Exception {
        written.add(element.getValue());
        commitWhatIsDue(); // only with unaligned checkpoints, where the barrier may have come first
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        state.update(written.state());
        lineageState.update(List.of(lineage));
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        written.complete(checkpointId);
        commitWhatIsDue();
    }

    @Override
    public void close() throws Exception {
        closeTables();
        super.close();
    }

    private void commitWhatIsDue() throws Exception {
        Optional<LakeEpoch> due = written.due();
        if (due.isPresent()) {
            LakeEpoch epoch = due.get();
            LakeCommitter tables = Objects.requireNonNull(committer, "opened before the first element");
            retry("committing epoch " + epoch.epoch()).untilDone(() -> tables.commit(epoch, this::complete));
            written.committed(epoch.epoch());
        }
    }

    private void complete(LakeFile file) throws IOException {
        var upload = uploads.getCommitRecoverableSerializer().deserialize(file.uploadVersion(), file.upload());
        uploads.recoverForCommit(upload).commitAfterRecovery();
    }

    private Retry retry(String what) {
        return new Retry(
                "%s in the lake at %s".formatted(what, target.root()),
                target.maxOutage(),
                Set.of(LakeRefusedException.class, IncompatibleTableException.class));
    }
}
