package io.openclickstream.schemas.ledger;

import io.openclickstream.schemas.click.Outcome;

/**
 * What became of the records of one Kafka partition: a step between two checkpoints, or the total up to one.
 * At every checkpoint {@code received} is the sum of the outcomes.
 *
 * @param epoch the checkpoint whose barrier follows the last record counted here
 * @param nextOffset the offset after the last record read; 0 when none was read
 * @param received records read
 */
public record LedgerEntry(
        String topic,
        int partition,
        long epoch,
        long nextOffset,
        long received,
        long accepted,
        long duplicate,
        long late,
        long malformed,
        long future) {

    /** An entry that counts nothing yet. */
    public static LedgerEntry none(String topic, int partition) {
        return new LedgerEntry(topic, partition, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** This entry and one more record read at {@code offset}. */
    public LedgerEntry plusReceived(long offset) {
        return new LedgerEntry(
                topic,
                partition,
                epoch,
                Math.max(nextOffset, offset + 1),
                received + 1,
                accepted,
                duplicate,
                late,
                malformed,
                future);
    }

    /** This entry and one more record that ended as {@code outcome}. */
    public LedgerEntry plus(Outcome outcome) {
        return new LedgerEntry(
                topic,
                partition,
                epoch,
                nextOffset,
                received,
                accepted + (outcome == Outcome.ACCEPTED ? 1 : 0),
                duplicate + (outcome == Outcome.DUPLICATE ? 1 : 0),
                late + (outcome == Outcome.LATE ? 1 : 0),
                malformed + (outcome == Outcome.MALFORMED ? 1 : 0),
                future + (outcome == Outcome.FUTURE ? 1 : 0));
    }

    /** Both entries of the same partition together, as of the later of the two epochs. */
    public LedgerEntry plus(LedgerEntry other) {
        return new LedgerEntry(
                topic,
                partition,
                Math.max(epoch, other.epoch),
                Math.max(nextOffset, other.nextOffset),
                received + other.received,
                accepted + other.accepted,
                duplicate + other.duplicate,
                late + other.late,
                malformed + other.malformed,
                future + other.future);
    }

    /** The same counts as of another epoch. */
    public LedgerEntry at(long newEpoch) {
        return new LedgerEntry(
                topic, partition, newEpoch, nextOffset, received, accepted, duplicate, late, malformed, future);
    }

    /** The sum of all outcomes. */
    public long outcomes() {
        return accepted + duplicate + late + malformed + future;
    }
}
