package io.openclickstream.quickstart.platform;

/**
 * What became of all records that the job read, up to a checkpoint.
 *
 * @param epoch the newest checkpoint that any count includes
 */
public record Ledger(
        long epoch,
        long received,
        long accepted,
        long duplicate,
        long late,
        long malformed,
        long future,
        long filtered) {
    /** Before anything was read. */
    public static final Ledger NOTHING = new Ledger(0, 0, 0, 0, 0, 0, 0, 0);

    /** The sum of all outcomes; equals {@code received} unless something was lost. */
    public long outcomes() {
        return accepted + duplicate + late + malformed + future + filtered;
    }

    /** What came since an earlier state. */
    public Ledger since(Ledger earlier) {
        return new Ledger(
                epoch,
                received - earlier.received,
                accepted - earlier.accepted,
                duplicate - earlier.duplicate,
                late - earlier.late,
                malformed - earlier.malformed,
                future - earlier.future,
                filtered - earlier.filtered);
    }

    /** Both partitions' counts together. */
    Ledger plus(Ledger other) {
        return new Ledger(
                Math.max(epoch, other.epoch),
                received + other.received,
                accepted + other.accepted,
                duplicate + other.duplicate,
                late + other.late,
                malformed + other.malformed,
                future + other.future,
                filtered + other.filtered);
    }
}
