package io.openclickstream.load.sidebyside;

/** How clicks are written in the topic that all jobs read. */
public enum Format {
    JSON,
    AVRO
}
