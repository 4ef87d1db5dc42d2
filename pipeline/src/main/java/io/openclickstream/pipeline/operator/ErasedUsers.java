package io.openclickstream.pipeline.operator;

import io.openclickstream.lake.PersonHasher;
import io.openclickstream.pipeline.erasure.ErasureFeed;
import io.openclickstream.pipeline.erasure.KnownPersons;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickText;
import io.openclickstream.schemas.session.UserKey;
import java.util.Iterator;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who has been erased, as one subtask sees it. A person is nobody any more from the moment at which the subtask takes the
 * news: no click, no timer and no end of the input brings anything of them. What is kept of them goes in the course of a
 * walk over all users, some at a time, since the list has hashes, which lead to no key.
 */
final class ErasedUsers {
    /** About a millisecond. */
    static final int USERS_PER_STEP = 1_000;

    /** All users of whom something is kept. */
    @FunctionalInterface
    interface Users {
        /** Stays as it is while users are changed; is closed at the end. */
        Stream<UserKey> all() throws Exception;
    }

    /** Drops what is kept of a user. */
    @FunctionalInterface
    interface Forget {
        void user(UserKey user) throws Exception;
    }

    private final ErasureFeed feed;
    private final Users users;
    private final Forget forget;
    private final PersonHasher hasher = new PersonHasher();
    private KnownPersons known;
    private long applied;
    private long walkedFor;
    private @Nullable Stream<UserKey> walk;
    private @Nullable Iterator<UserKey> rest;

    /** @param applied number of the entry up to which everybody is forgotten in the restored state; 0 without one */
    ErasedUsers(ErasureFeed feed, long applied, Users users, Forget forget) {
        this.feed = feed;
        this.users = users;
        this.forget = forget;
        known = feed.known();
        this.applied = applied > known.number() ? 0 : applied; // then it is another list, such as another lake's
    }

    /** Whether this click is of an erased person. Costs nothing while nobody was erased. */
    boolean contains(Click click) {
        if (known.persons().isEmpty()) {
            return false;
        }
        // Of pseudonyms the one that never changes.
        int user = click.has(ClickText.GROUP) ? ClickText.GROUP : ClickText.USER_ID;
        return known.persons()
                .contains(hasher.hash(
                        click.bytes(ClickText.SITE_ID),
                        click.textStart(ClickText.SITE_ID),
                        click.textLength(ClickText.SITE_ID),
                        click.bytes(user),
                        click.textStart(user),
                        click.textLength(user)));
    }

    /** Whether this user was erased. */
    boolean contains(UserKey user) {
        return !known.persons().isEmpty() && known.persons().contains(hasher.hash(user.siteId(), user.userId()));
    }

    /** How many persons are refused. */
    int persons() {
        return known.persons().size();
    }

    /** Number of the entry up to which nothing is kept of anybody. */
    long applied() {
        return applied;
    }

    /**
     * Takes the news, and goes on with the walk that they have caused.
     *
     * @return whether there is more to do at once
     */
    boolean step() throws Exception {
        known = feed.known();
        if (rest == null) {
            if (applied == known.number()) {
                return false;
            }
            begin();
        }
        Iterator<UserKey> users = Objects.requireNonNull(rest, "begun");
        for (int i = 0; i < USERS_PER_STEP && users.hasNext(); i++) {
            UserKey user = users.next();
            if (contains(user)) {
                forget.user(user);
            }
        }
        if (users.hasNext()) {
            return true;
        }
        close();
        applied = walkedFor;
        return applied < known.number();
    }

    /** Takes the news, and walks over all users at once: at the end of the input, after which nobody is looked at again. */
    void finish() throws Exception {
        boolean isMore;
        do {
            isMore = step();
        } while (isMore);
    }

    private void begin() throws Exception {
        walkedFor = known.number();
        walk = users.all();
        rest = walk.iterator();
    }

    /** Ends a walk that is going on. */
    void close() {
        if (walk != null) {
            walk.close();
        }
        walk = null;
        rest = null;
    }
}
