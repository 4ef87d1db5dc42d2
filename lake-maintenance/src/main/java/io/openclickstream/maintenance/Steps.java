package io.openclickstream.maintenance;

/** Is told before each step that changes something; the lake is right between any two of them. */
@FunctionalInterface
interface Steps {
    /** Tells nobody. */
    Steps QUIET = what -> {};

    /** Whoever throws stops the program as if it were killed there. */
    void before(String what);
}
