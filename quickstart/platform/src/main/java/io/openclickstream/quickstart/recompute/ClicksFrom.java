package io.openclickstream.quickstart.recompute;

/** Where a recomputation takes clicks from. */
public enum ClicksFrom {
    /** The lake's dataset {@code clicks}: what was accepted. */
    LAKE,
    /** Kafka, as far as the lake's ledger says it was read; needs the records to be there still. */
    KAFKA
}
