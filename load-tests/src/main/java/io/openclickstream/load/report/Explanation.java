package io.openclickstream.load.report;

import java.util.List;

/**
 * What a benchmark is about, for somebody who has never heard of it.
 *
 * @param name as in its result
 */
record Explanation(String name, String title, String text) {
    private static final List<Explanation> KNOWN = List.of(
            new Explanation(
                    "side-by-side",
                    "The whole job, side by side",
                    "Three jobs do the same work over the same clicks from Kafka: sessions and two metrics, with"
                            + " exactly-once checkpoints. Each runs in a JVM of its own; what counts is the CPU time of"
                            + " that whole process."),
            new Explanation(
                    "pseudonyms",
                    "Pseudonyms of user ids",
                    "Our job over the same clicks from Kafka, with user ids as they were sent and with pseudonyms in their"
                            + " place, by turns. Each run is a JVM of its own; what counts is the CPU time of that whole"
                            + " process."),
            new Explanation(
                    "session-operator",
                    "The session operator alone",
                    "Sessions only, without source and sinks, beside what Flink brings for the same purpose."),
            new Explanation(
                    "open-sessions",
                    "Many open sessions",
                    "What a click, a checkpoint and a restore cost as more and more sessions are open at once."),
            new Explanation(
                    "job-open-sessions",
                    "The whole job with many open sessions",
                    "What a click costs our whole job, from Kafka on and with exactly-once checkpoints, as more and more"
                            + " sessions are open at once. What counts is the CPU time of the whole process."),
            new Explanation(
                    "parquet-writer",
                    "The Parquet writer",
                    "The same clicks with all their columns are written to Parquet from memory. DuckDB then compares"
                            + " both files row by row."),
            new Explanation(
                    "lake-compaction",
                    "Compaction of the lake",
                    "An hour of clicks is written epoch by epoch with the job's writer and committer. DuckDB reads the"
                            + " files that the table had before maintenance and those that it has after, by turns."),
            new Explanation(
                    "live-read",
                    "Reading a live table",
                    "pyarrow reads a table of sessions from our server and from a minimal Flight server of pyarrow's own,"
                            + " which is C++ and holds the very batches that ours has sent; by turns, in one run. The"
                            + " same number of bytes over a plain TCP connection stands beside it."),
            new Explanation(
                    "live-snapshots",
                    "Snapshots of a live table",
                    "A table changes all the time, and is read as it was at one moment. What that costs the writer, who"
                            + " makes the snapshot, and a reader, who takes it."),
            new Explanation(
                    "live-put",
                    "Putting rows to a live table",
                    "Several writers put batches that are made already; each is acknowledged once the disk has confirmed"
                            + " it. Beside it, how many such batches the disk alone writes and confirms one by one."),
            new Explanation(
                    "live-subscribers",
                    "Subscribers of a live table",
                    "Thousands of clients in one other process follow a table of which some rows change every second."
                            + " In the second part a fifth of them stop reading."),
            new Explanation(
                    "freshness",
                    "From a click to a subscriber",
                    "The whole platform on one machine. Clicks are sent on a schedule at a share of the rate that"
                            + " saturates it, and latencies count from when a click was meant to be sent."),
            new Explanation(
                    "road",
                    "The whole road",
                    "From Kafka to the lake and the Flight server, start-up and warm-up included, as Flink's processes"
                            + " use CPU time. There is nothing to compare it with but itself."));

    /** Of a benchmark by its name; an unknown one is called what it calls itself. */
    static Explanation of(String name) {
        return KNOWN.stream()
                .filter(known -> known.name.equals(name))
                .findFirst()
                .orElse(new Explanation(name, name, ""));
    }

    /** Where it stands on the page; unknown ones come last. */
    static int placeOf(String name) {
        int place = KNOWN.indexOf(of(name));
        return place < 0 ? KNOWN.size() : place;
    }
}
