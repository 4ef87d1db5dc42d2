package io.openclickstream.pipeline.savepoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.session.Entry;
import io.openclickstream.schemas.session.Exit;
import io.openclickstream.schemas.session.FirstReceived;
import io.openclickstream.schemas.session.OpenSession;
import io.openclickstream.schemas.session.SessionTimeline;
import io.openclickstream.schemas.session.StateWriter;
import io.openclickstream.schemas.session.UserKey;
import io.openclickstream.schemas.session.UserTimeline;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tracker may take a person's id for that of an event, and in somebody else's timeline it is then packed. */
class PersonBytesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "5e0b1f7c2d3a49688796a5b4c3d2e1f0",
                "5e0b1f7c-2d3a-4968-8796-a5b4c3d2e1f0",
                "5E0B1F7C2D3A49688796A5B4C3D2E1F0",
                "ada"
            })
    void aPersonIsFoundAsTheIdOfAnEvent(String person) {
        PersonBytes persons = new PersonBytes(List.of(new UserKey("shop", person)));
        assertThat(persons.isIn(timeline(person))).isTrue();
        assertThat(persons.isIn(timeline("5e0b1f7c2d3a49688796a5b4c3d2e1f1"))).isFalse();
    }

    private static byte[] timeline(String eventId) {
        UserTimeline timeline = new UserTimeline();
        var session = new OpenSession(
                new FirstReceived(1, 0, 7, eventId),
                1,
                1,
                1,
                1,
                0,
                List.of(),
                new Entry(eventId, "/", null, null, null, null, null, null),
                new Exit(eventId, null),
                1,
                null,
                null,
                null);
        timeline.replaceSessions(new SessionTimeline(List.of(session), List.of()));
        StateWriter out = new StateWriter();
        timeline.write(out);
        return Arrays.copyOf(out.bytes(), out.length());
    }
}
