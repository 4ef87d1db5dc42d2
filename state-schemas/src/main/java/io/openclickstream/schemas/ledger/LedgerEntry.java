package io.openclickstream.schemas.ledger;

/**
 * What became of the records of one Kafka partition: a step between two checkpoints, or the total up to one.
 * At every checkpoint {@code received} is the sum of the outcomes.
 *
 * @param epoch the checkpoint whose barrier follows the last record counted here
 * @param fromOffset the offset of the first record read; {@link #NO_OFFSET} when none was read
 * @param toOffset the offset after the last record read; 0 when none was read
 * @param received records read
 * @param ingestionTimeMillis latest ingestion time of the records read; 0 when none was read
 * @param completeThroughMillis what becomes final up to this moment of event time is in the same epoch or an earlier one;
 *     {@link #NOT_KNOWN} in counts that are not a step yet, and before event time has begun
 * @param isDrained everything read so far is final, since the input has ended or the job was drained
 */
public record LedgerEntry(
        String topic,
        int partition,
        long epoch,
        long fromOffset,
        long toOffset,
        long received,
        long accepted,
        long duplicate,
        long late,
        long malformed,
        long future,
        long filtered,
        long ingestionTimeMillis,
        long completeThroughMillis,
        boolean isDrained) {

    /** The first offset where no record was read: later than every offset. */
    public static final long NO_OFFSET = Long.MAX_VALUE;

    /** Nothing is known to be complete; also what state written without this field says. */
    public static final long NOT_KNOWN = 0;

    /** Counts only. */
    public LedgerEntry(
            String topic,
            int partition,
            long epoch,
            long fromOffset,
            long toOffset,
            long received,
            long accepted,
            long duplicate,
            long late,
            long malformed,
            long future,
            long filtered,
            long ingestionTimeMillis) {
        this(
                topic,
                partition,
                epoch,
                fromOffset,
                toOffset,
                received,
                accepted,
                duplicate,
                late,
                malformed,
                future,
                filtered,
                ingestionTimeMillis,
                NOT_KNOWN,
                false);
    }

    /** Both entries of the same partition together, as of the later of the two epochs. */
    public LedgerEntry plus(LedgerEntry other) {
        return new LedgerEntry(
                topic,
                partition,
                Math.max(epoch, other.epoch),
                Math.min(fromOffset, other.fromOffset),
                Math.max(toOffset, other.toOffset),
                received + other.received,
                accepted + other.accepted,
                duplicate + other.duplicate,
                late + other.late,
                malformed + other.malformed,
                future + other.future,
                filtered + other.filtered,
                Math.max(ingestionTimeMillis, other.ingestionTimeMillis),
                Math.max(completeThroughMillis, other.completeThroughMillis),
                isDrained || other.isDrained);
    }

    /** An epoch in which nothing was read: from where this entry ends to the same place. */
    public LedgerEntry nothingSince(long laterEpoch) {
        return new LedgerEntry(
                topic, partition, laterEpoch, toOffset, toOffset, 0, 0, 0, 0, 0, 0, 0, ingestionTimeMillis);
    }

    /** The same counts, and how far event time is complete. */
    public LedgerEntry complete(long throughMillis, boolean drained) {
        return new LedgerEntry(
                topic,
                partition,
                epoch,
                fromOffset,
                toOffset,
                received,
                accepted,
                duplicate,
                late,
                malformed,
                future,
                filtered,
                ingestionTimeMillis,
                throughMillis,
                drained);
    }

    /** The sum of all outcomes. */
    public long outcomes() {
        return accepted + duplicate + late + malformed + future + filtered;
    }
}
