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
        long ingestionTimeMillis) {

    /** The first offset where no record was read: later than every offset. */
    public static final long NO_OFFSET = Long.MAX_VALUE;

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
                Math.max(ingestionTimeMillis, other.ingestionTimeMillis));
    }

    /** The sum of all outcomes. */
    public long outcomes() {
        return accepted + duplicate + late + malformed + future + filtered;
    }
}
