package io.openclickstream.quickstart.backfill;

import io.openclickstream.quickstart.platform.CannotStartException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Where the clicks of a backfill come from. */
interface BackfillInput {
    /**
     * What was read.
     *
     * @param identity equal when the same was read
     * @param topic as rows will name it, below the backfill's name; empty for none
     * @param lines for a person
     */
    record Read(String identity, String topic, List<String> lines) {}

    /**
     * Writes all records.
     *
     * @param work folder for temporary files
     * @throws CannotStartException when it cannot be read
     */
    Read writeTo(RecordWriter records, Path work) throws IOException, InterruptedException, CannotStartException;

    /** Options of the pipeline that have to be other ones than the job's. */
    Map<String, String> pipelineOptions();
}
