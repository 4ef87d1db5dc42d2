package io.openclickstream.pipeline.histories;

import io.openclickstream.pipeline.operator.PseudonymSettings;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.pseudonym.PseudonymKeys;
import io.openclickstream.schemas.pseudonym.PseudonymKeysFile;
import io.openclickstream.schemas.pseudonym.Pseudonyms;
import io.openclickstream.schemas.session.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Keys that change while the clicks of a {@link History} happen, and what they make of its users. */
final class RotatingKeys {
    private static final long START = 1_711_800_000_000L;
    private static final int LONGEST_MILLIS = 400_000;

    private final Path file;
    private final PseudonymKeys keys;
    private final Pseudonyms pseudonyms;
    /** By site and what is shown, the group. */
    private final Map<String, String> groups = new HashMap<>();

    private RotatingKeys(Path file) throws Exception {
        this.file = file;
        keys = PseudonymKeysFile.parse(Files.readAllBytes(file));
        pseudonyms = new Pseudonyms(keys);
        for (String site : List.of("shop", "blog")) {
            for (int user = 0; user < 4; user++) {
                List<String> all = pseudonyms.all(site, "u" + user);
                all.subList(1, all.size()).forEach(shown -> groups.put(site + '|' + shown, all.get(0)));
            }
        }
    }

    static RotatingKeys random(Random random, Path file) throws Exception {
        List<String> written = new ArrayList<>();
        written.add(key(0, 0, random));
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            written.add(key(i, START + random.nextInt(LONGEST_MILLIS / 5_000) * 5_000L + i - 1, random));
        }
        Files.writeString(
                file, "{\"grouping\":\"%s\",\"keys\":[%s]}".formatted(secret(random), String.join(",", written)));
        return new RotatingKeys(file);
    }

    private static String key(int number, long fromMillis, Random random) {
        return "{\"id\":\"k%d\",\"from\":\"%s\",\"secret\":\"%s\"}"
                .formatted(number, Instant.ofEpochMilli(fromMillis), secret(random));
    }

    private static String secret(Random random) {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        return Base64.getEncoder().encodeToString(secret);
    }

    PseudonymSettings settings(PseudonymSettings.Source source) {
        return new PseudonymSettings(file.toString(), Duration.ofSeconds(1), false, source);
    }

    /** The clicks under the pseudonyms of their own times. */
    List<ReceivedClick> shown(List<ReceivedClick> sent) {
        return sent.stream()
                .map(received -> {
                    Click click = received.click();
                    return under(received, shown(click.siteId(), click.userId(), click.eventTimeMillis()));
                })
                .toList();
    }

    /** Lines of the oracle's sessions, under the pseudonyms of their beginnings. */
    List<String> shownSessions(List<String> lines) {
        return lines.stream()
                .map(line -> {
                    String[] columns = line.split("\\|", -1);
                    columns[1] = shown(columns[0], columns[1], Long.parseLong(columns[2]));
                    return String.join("|", columns);
                })
                .sorted()
                .toList();
    }

    /** Lines of sessions with the click that names each, which is found by the group. */
    List<String> named(List<Session> sessions) {
        List<String> lines = new ArrayList<>();
        for (Session session : sessions) {
            String group = groups.get(session.siteId() + '|' + session.userId());
            Session underGroup = new Session(
                    session.sessionId(),
                    session.siteId(),
                    String.valueOf(group),
                    session.startMillis(),
                    session.endMillis(),
                    session.clicks(),
                    session.pages(),
                    session.entry(),
                    session.exitPage(),
                    session.orders(),
                    session.revenue(),
                    session.closeReason(),
                    session.ingestionTimeMillis(),
                    session.revision(),
                    session.isFinal());
            RandomHistoriesTest.lines(List.of(underGroup))
                    .forEach(line -> lines.add(line.replace(String.valueOf(group), session.userId())));
        }
        return lines.stream().sorted().toList();
    }

    /** A click as the lake gives it back: what is shown of its user is all there is. */
    static ReceivedClick asInTheLake(ReceivedClick accepted) {
        return under(accepted, accepted.click().userId());
    }

    private String shown(String siteId, String userId, long millis) {
        return pseudonyms.all(siteId, userId).get(1 + keys.periodAt(millis));
    }

    private static ReceivedClick under(ReceivedClick received, String userId) {
        Click click = received.click();
        Click shown = new Click(
                click.eventId(),
                click.siteId(),
                userId,
                click.eventTimeMillis(),
                click.sentAtMillis(),
                click.eventType(),
                click.url(),
                click.page(),
                click.referrer(),
                click.utmSource(),
                click.utmMedium(),
                click.utmCampaign(),
                click.utmTerm(),
                click.utmContent(),
                click.country(),
                click.device(),
                click.os(),
                click.browser(),
                click.amount(),
                click.currency(),
                click.properties());
        return new ReceivedClick(shown, received.source(), null, new byte[0]);
    }
}
