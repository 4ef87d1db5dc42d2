package io.openclickstream.quickstart.flink;

import io.openclickstream.lake.Backfill;
import io.openclickstream.lake.BackfillBorder;
import io.openclickstream.lake.ErasedPersons;
import io.openclickstream.lake.IncompatibleTableException;
import io.openclickstream.lake.LakeBackfill;
import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.LakeRefusedException;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.LakeTable;
import io.openclickstream.lake.RecordedErasure;
import io.openclickstream.lake.Retry;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.options.OptionsException;
import io.openclickstream.pipeline.BackfillRun;
import io.openclickstream.pipeline.PipelineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flink and a backfill in this process: looks whether it may be added, computes a lake of its own on this machine's disk,
 * and adds that to the job's. Ends with 0 when it is there, 1 when it failed on the way, 2 when it must not be added or an
 * option is wrong. May be killed at any time and started again.
 *
 * <p>Arguments are this program's options, then {@code --}, then the pipeline's. Standard error is for the person who
 * asked; the log goes to standard output; what was done is written to {@value #REPORT} in the plan's folder.
 */
public final class LocalBackfill {
    private static final Logger log = LoggerFactory.getLogger(LocalBackfill.class);
    private static final String PIPELINE_OPTIONS_FOLLOW = "--";
    private static final String REPORT = "report.txt";
    private static final int RUN_CHARACTERS = 12;

    private final LocalBackfillOptions options;
    private final PipelineOptions pipeline;
    private final BackfillPlan plan;
    private final Backfill backfill;
    private final LakeCatalog catalog;
    private final List<LakeTable> tables;
    private final LakeBackfill lake;
    private final List<String> report = new ArrayList<>();

    private LocalBackfill(LocalBackfillOptions options, PipelineOptions pipeline, LakeCatalog catalog)
            throws IOException {
        this.options = options;
        this.pipeline = pipeline;
        this.catalog = catalog;
        plan = BackfillPlan.read(options.plan());
        backfill = plan.backfill();
        tables = BackfillRun.tables(pipeline);
        lake = new LakeBackfill(catalog, tables, backfill);
    }

    /** Does it and ends. */
    public static void main(String[] args) throws Exception {
        List<String> all = List.of(args);
        int split = all.indexOf(PIPELINE_OPTIONS_FOLLOW);
        List<String> own = split < 0 ? all : all.subList(0, split);
        List<String> pipelines = split < 0 ? List.of() : all.subList(split + 1, all.size());
        int exitCode = LocalBackfillOptions.PROGRAM.run(
                own.toArray(String[]::new), System.getenv(), options -> start(options, pipelines));
        // Threads of a cluster that did not close must not keep the process alive.
        Runtime.getRuntime().halt(exitCode);
    }

    private static int start(LocalBackfillOptions options, List<String> pipelineArguments) {
        try {
            PipelineOptions pipeline = PipelineOptions.PROGRAM.read(pipelineArguments, System.getenv());
            try (LakeCatalog catalog = LakeCatalog.open(LocalBackfillOptions.lake(options))) {
                return new LocalBackfill(options, pipeline, catalog).run();
            }
        } catch (OptionsException | LakeRefusedException e) {
            System.err.println(e.getMessage());
            return 2;
        } catch (Exception e) { // whatever it is, the person gets one line and the log the rest
            log.error("the backfill failed", e);
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            System.err.println(
                    "The backfill failed: %s. Start it again; it goes on as if it had not begun.".formatted(cause));
            return 1;
        }
    }

    private int run() throws Exception {
        int exitCode = options.isWithdrawn() ? withdraw() : add();
        Files.write(options.plan().resolve(REPORT), report);
        return exitCode;
    }

    private int withdraw() throws IOException, InterruptedException {
        if (options.isDryRun()) {
            report.add("would take the backfill %s out of the lake, where it is %s"
                    .formatted(backfill.name(), lake.state() == LakeBackfill.State.ABSENT ? "not" : "now"));
            return 0;
        }
        retry("taking the backfill out").untilDone(() -> {
            int files = lake.withdraw();
            report.add("took %d files of the backfill %s out of the lake's tables".formatted(files, backfill.name()));
        });
        return 0;
    }

    private int add() throws Exception {
        switch (lake.state()) {
            case WHOLE -> {
                lake.deleteLeftOvers();
                report.add("the lake has the backfill %s already; nothing was changed".formatted(backfill.name()));
                return 0;
            }
            case OF_ANOTHER_INPUT -> {
                return refuse(
                        List.of(
                                "The lake has a backfill of this name that was made of another input or span. Give another name, or take that one out with --withdraw."));
            }
            case UNFINISHED -> report.add("an earlier run was stopped before its end; what it has left is replaced");
            case ABSENT -> {}
        }
        List<String> objections = objections();
        if (!objections.isEmpty()) {
            return refuse(objections);
        }
        if (options.isDryRun()) {
            report.add("would add the backfill %s, %s, and nothing speaks against it"
                    .formatted(backfill.name(), backfill.span()));
            return 0;
        }
        long erasures = copyErasures();
        Long outside = new BoundedFlink(options.dataFolder(), options.parallelism())
                .run(BackfillRun.NAME, env -> BackfillRun.connect(env, pipeline, plan.input(), backfill.lineage()))
                .getAccumulatorResult(BackfillRun.OUTSIDE);
        // The job has gone on meanwhile, and may have been started anew.
        List<String> since = objections();
        if (!new ErasedPersons(catalog.settings(), catalog.storage())
                .after(erasures)
                .isEmpty()) {
            since = new ArrayList<>(since);
            since.add("Persons were erased while it was computed, and may be in it. Start it again.");
        }
        if (!since.isEmpty()) {
            return refuse(since);
        }
        String run = UUID.randomUUID().toString().replace("-", "").substring(0, RUN_CHARACTERS);
        try (LakeCatalog computed = LakeCatalog.open(LakeSettings.embedded(pipeline.lakeUri(), S3Access.DEFAULT))) {
            retry("beginning the backfill").untilDone(() -> lake.begin(run));
            // From now on a job that would go back to before the border is refused; it may have done so just before.
            List<String> whileItBegan = objections();
            if (!whileItBegan.isEmpty()) {
                retry("taking the backfill back").untilDone(lake::withdrawIfNothingIsCommitted);
                return refuse(whileItBegan);
            }
            retry("adding the backfill").untilDone(() -> lake.commit(run, computed));
            report.add("added the backfill %s, %s".formatted(backfill.name(), backfill.span()));
            for (LakeTable table : tables) {
                report.add("  %-24s %,d rows".formatted(table.name(), rows(computed, table)));
            }
            report.add("left out %,d records outside of that span".formatted(outside == null ? 0 : outside));
        }
        return 0;
    }

    /**
     * Lets the run refuse clicks of the persons whom the job refuses: it obeys the list of its own lake.
     *
     * @return number of the last entry that it knows
     */
    private long copyErasures() throws IOException {
        List<RecordedErasure> entries = new ErasedPersons(catalog.settings(), catalog.storage()).after(0);
        LakeSettings own = LakeSettings.embedded(pipeline.lakeUri(), S3Access.DEFAULT);
        try (LakeCatalog computed = LakeCatalog.open(own)) {
            new ErasedPersons(own, computed.storage())
                    .add(Instant.now(), ErasedPersons.persons(entries), Map.of(), List.of());
        }
        return entries.size();
    }

    private List<String> objections() throws IOException {
        List<String> objections = new ArrayList<>(BackfillRun.windowsCutBy(pipeline, backfill.until()));
        if (backfill.from() != null) {
            objections.addAll(BackfillRun.windowsCutBy(pipeline, backfill.from()));
        }
        objections.addAll(new BackfillBorder(catalog, backfill, plan.sourceTopic(), pipeline.sessionAllowedLateness())
                .objections());
        return objections;
    }

    private int refuse(List<String> objections) {
        System.err.println("Cannot add the backfill %s, %s, to the lake at %s:"
                .formatted(backfill.name(), backfill.span(), options.lakeUri()));
        objections.forEach(objection -> System.err.println("  " + objection));
        return 2;
    }

    private static long rows(LakeCatalog computed, LakeTable wanted) throws IOException {
        long rows = 0;
        var table = computed.load(wanted.name());
        if (table.isPresent()) {
            Table there = table.get();
            try (CloseableIterable<FileScanTask> tasks = there.newScan().planFiles()) {
                for (FileScanTask task : tasks) {
                    DataFile file = task.file();
                    rows += file.recordCount();
                }
            }
        }
        return rows;
    }

    private Retry retry(String what) {
        return new Retry(
                "%s in the lake at %s".formatted(what, options.lakeUri()),
                pipeline.lakeMaxOutage(),
                Set.of(LakeRefusedException.class, IncompatibleTableException.class));
    }
}
