package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.session.UserKey;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.jspecify.annotations.Nullable;

/** What is shown of users, with keys that go with the state that was restored. */
final class RestoredPseudonyms {
    private final ListState<String> described;
    private @Nullable ShownUsers shownUsers;

    private RestoredPseudonyms(ListState<String> described) {
        this.described = described;
    }

    /**
     * Takes the keys, if they are those that the state was made with.
     *
     * @param settings null where users are shown as they are
     * @param state what the keys were
     * @throws IllegalStateException when they are others, saying what to do
     */
    static RestoredPseudonyms start(
            @Nullable PseudonymSettings settings,
            boolean isRestored,
            ListState<String> state,
            ProcessingTimeService time)
            throws Exception {
        RestoredPseudonyms pseudonyms = new RestoredPseudonyms(state);
        List<String> described = new ArrayList<>();
        state.get().forEach(described::add);
        if (isRestored && described.isEmpty() != (settings == null)) {
            throw new IllegalStateException(
                    "The state was made %s pseudonyms, and pseudonyms.keys is %s. Start a new job, without this state and with a lake of its own; see docs/pseudonyms.md."
                            .formatted(
                                    described.isEmpty() ? "without" : "with",
                                    settings == null ? "not given" : "given"));
        }
        if (settings == null) {
            return pseudonyms;
        }
        var keys = new KeysInUse(
                settings, time, changed -> pseudonyms.shownUsers = new ShownUsers(settings.source(), changed));
        List<String> mistakes = keys.current().mistakesAfter(described, time.getCurrentProcessingTime());
        if (!mistakes.isEmpty()) {
            throw new IllegalStateException("pseudonyms.keys=%s does not go with the state: %s"
                    .formatted(settings.keysFile(), String.join("; ", mistakes)));
        }
        return pseudonyms;
    }

    /**
     * The user id that is shown.
     *
     * @param startMillis event time of the session's first click
     */
    String userId(UserKey user, long startMillis) {
        ShownUsers users = shownUsers;
        return users == null ? user.userId() : users.shown(user.userId(), startMillis);
    }

    /** Writes down what the keys are. */
    void snapshot() throws Exception {
        if (shownUsers != null) {
            described.update(shownUsers.keys().described());
        }
    }
}
