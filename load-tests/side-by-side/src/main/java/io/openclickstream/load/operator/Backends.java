package io.openclickstream.load.operator;

import io.openclickstream.options.Mistakes;
import java.util.List;
import java.util.Set;

/** The state backends that are measured. */
public final class Backends {
    public static final String HEAP = "hashmap";
    public static final String ROCKSDB = "rocksdb";

    private Backends() {}

    /** Reports what is wrong with the option {@code backends}. */
    public static void check(List<String> backends, Mistakes wrong) {
        wrong.require(
                Set.of(HEAP, ROCKSDB).containsAll(backends)
                        && Set.copyOf(backends).size() == backends.size(),
                "backends",
                "must be hashmap, rocksdb or both, each once");
    }
}
