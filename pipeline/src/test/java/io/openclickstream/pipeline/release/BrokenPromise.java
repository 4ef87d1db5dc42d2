package io.openclickstream.pipeline.release;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Something that an old release promised and the code at hand does not keep.
 *
 * @param release whose savepoints are lost or misread
 * @param what as it stands in accepted-breaks.yml when it has to be
 * @param why what has changed, and what that does to savepoints
 * @param instead what to do instead
 */
record BrokenPromise(String release, String what, String why, String instead) {

    /** Stands for restoring a release's savepoint, which has a test of its own. */
    static final String SAVEPOINT = "savepoint";

    /** The whole message. */
    String message() {
        return "%s%n    %s%n    Instead: %s%n    If it has to be: list it in state-schemas/released/accepted-breaks.yml as%n      - {release: %s, what: '%s', version: <yours>, reason: <why, and what users do>}"
                .formatted(what, why, instead, release, what);
    }

    /**
     * What a build fails with: promises that are broken without being accepted, and acceptances of what is not broken.
     * Empty when all is well.
     */
    static List<String> complaints(List<BrokenPromise> broken, List<AcceptedBreak> accepted) {
        Set<String> complaints = new LinkedHashSet<>();
        Set<AcceptedBreak> needed = new HashSet<>();
        for (BrokenPromise promise : broken) {
            List<AcceptedBreak> matching = accepted.stream()
                    .filter(each -> each.release().equals(promise.release())
                            && each.what().equals(promise.what()))
                    .toList();
            needed.addAll(matching);
            if (matching.isEmpty()) {
                complaints.add("Savepoints of release " + promise.release() + ": " + promise.message());
            }
        }
        for (AcceptedBreak each : accepted) {
            if (!needed.contains(each) && !each.what().equals(SAVEPOINT)) {
                complaints.add("accepted-breaks.yml accepts '%s' of release %s, which is not broken. Remove the entry."
                        .formatted(each.what(), each.release()));
            }
        }
        return List.copyOf(complaints);
    }
}
