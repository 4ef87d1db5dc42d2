package io.openclickstream.maintenance;

import io.openclickstream.lake.LakeCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One look after all tables of a lake. */
public final class Maintenance {
    private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);

    private final LakeCatalog catalog;
    private final Care care;
    private final Steps steps;
    private final Consumer<String> report;

    /** @param report gets a line for everything that is done, or would be */
    public Maintenance(LakeCatalog catalog, Care care, Consumer<String> report) {
        this(catalog, care, Steps.QUIET, report);
    }

    Maintenance(LakeCatalog catalog, Care care, Steps steps, Consumer<String> report) {
        this.catalog = catalog;
        this.care = care;
        this.steps = steps;
        this.report = report;
    }

    /** Says what {@link #run} would do, and changes nothing. */
    public void dryRun(Instant now) throws IOException {
        Planner planner = new Planner(catalog, care, now);
        for (String table : catalog.tables()) {
            planner.plan(table).lines().forEach(report);
        }
    }

    /**
     * Does it, table by table, each line said before.
     *
     * @throws IOException when it failed for a table or more; all others are done
     */
    public void run(Instant now) throws IOException {
        Path scratch = Files.createTempDirectory("clickstream-maintain");
        List<String> failed = new ArrayList<>();
        try {
            for (String table : catalog.tables()) {
                try {
                    TablePlan plan = new Planner(catalog, care, now).plan(table);
                    plan.lines().forEach(report);
                    new TableCare(catalog, scratch, steps, report).run(plan);
                } catch (IOException | RuntimeException e) {
                    LOG.warn("Maintenance of table {} failed", table, e);
                    failed.add("%s (%s)".formatted(table, e));
                }
            }
        } finally {
            TableCare.empty(scratch);
            Files.delete(scratch);
        }
        if (!failed.isEmpty()) {
            throw new IOException("It failed for " + String.join(", ", failed));
        }
    }
}
