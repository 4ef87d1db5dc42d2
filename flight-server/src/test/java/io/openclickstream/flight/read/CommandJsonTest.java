package io.openclickstream.flight.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Selection.Order;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandJsonTest {
    private static final String EVERYTHING = """
            {"table": "sessions", "columns": ["session_id", "clicks"], "order": "window_descending",
             "view": "committed", "epoch": 12, "lineage": "00000000-0000-0000-0000-000000000001",
             "where": {"site_id": ["shop", "blog"], "is_final": true, "entry_page": [null, "/"], "clicks": 3},
             "from": "2026-03-02T10:00:00Z", "before": 1772449200000, "limit": 20, "complete_through": "2026-03-02T11:00:00Z"}
            """;

    @Test
    void everyFieldIsRead() throws Exception {
        ReadCommand command = read(EVERYTHING);
        assertThat(command)
                .isEqualTo(new ReadCommand(
                        "sessions",
                        List.of("session_id", "clicks"),
                        new TreeMap<>(Map.of(
                                "site_id",
                                List.of("shop", "blog"),
                                "is_final",
                                List.of("true"),
                                "entry_page",
                                Arrays.asList(null, "/"),
                                "clicks",
                                List.of("3"))),
                        1_772_445_600_000L,
                        1_772_449_200_000L,
                        Order.WINDOW_DESCENDING,
                        "committed",
                        12L,
                        "00000000-0000-0000-0000-000000000001",
                        1_772_449_200_000L,
                        false,
                        null,
                        20L));
    }

    @Test
    void aTableAloneIsAllOfIt() throws Exception {
        assertThat(read("{\"table\":\"sessions\"}")).isEqualTo(ReadCommand.of("sessions"));
    }

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        for (String json : List.of(
                EVERYTHING,
                "{\"table\":\"a\"}",
                "{\"table\":\"a\",\"subscribe\":true,\"view\":\"committed\",\"resume\":\"r1.x\"}")) {
            ReadCommand command = read(json);
            assertThat(read(CommandJson.write(command).toString())).isEqualTo(command);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            hello                                        | it is no JSON
            []                                           | no JSON object
            {}                                           | 'table' is not a text
            {"table": 3}                                 | 'table' is not a text
            {"table": "a", "table": "b"}                 | Duplicate field
            {"table": "a"} x                             | it is no JSON
            {"table": "a", "offset": 3}                  | has a field 'offset'; there are table, columns
            {"table": "a", "columns": []}                | 'columns' is not a list of 1 to 256 names
            {"table": "a", "columns": [1]}               | holds something that is not a text
            {"table": "a", "where": []}                  | 'where' is not an object
            {"table": "a", "where": {"b": [[1]]}}        | neither text, number
            {"table": "a", "from": "monday"}             | 'from' is 'monday', and must be a time
            {"table": "a", "from": 1.5}                  | 'from' is neither a text nor a whole number
            {"table": "a", "from": 99999999999999999999} | must be a time
            {"table": "a", "from": 2, "before": 1}       | 'from' is later than 'before'
            {"table": "a", "order": "clicks"}            | no order 'clicks'
            {"table": "a", "view": "dead"}               | no view 'dead'. There are: live, committed
            {"table": "a", "epoch": 3}                   | Only the committed view can be read as of an epoch
            {"table": "a", "lineage": "x"}               | 'lineage' is 'x', and must be a UUID
            {"table": "a", "lineage": 1}                 | 'lineage' is not a text
            {"table": "a", "subscribe": 1}               | 'subscribe' is neither true nor false
            {"table": "a", "resume": "x"}                | Only a subscription goes on from a token
            {"table": "a", "subscribe": true, "epoch": 3, "view": "committed"} | leave 'epoch', 'complete_through', 'order' and 'limit' out
            {"table": "a", "subscribe": true, "order": "window"} | leave 'epoch', 'complete_through', 'order' and 'limit' out
            {"table": "a", "subscribe": true, "limit": 1} | leave 'epoch', 'complete_through', 'order' and 'limit' out
            {"table": "a", "limit": -1}                  | 'limit' is -1, and must be 0 or more
            {"table": "a", "limit": "all"}               | 'limit' is not a whole number
            {"table": "a", "epoch": "three"}             | 'epoch' is not a whole number
            {"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}} | it is no JSON
            """)
    void whatIsWrongIsSaid(String json, String message) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(Refused.class).hasMessageContaining(message);
    }

    @Property
    void damagedCommandsAreRefusedAndNothingElse(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] damaged = EVERYTHING.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i <= random.nextInt(4); i++) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        try {
            assertThat(CommandJson.read(damaged)).isNotNull();
        } catch (Refused e) {
            assertThat(e.reason()).isEqualTo(Refused.Reason.INVALID);
            assertThat(e.getMessage()).doesNotContain("Exception", "com.fasterxml");
        }
    }

    private static ReadCommand read(String json) throws Refused {
        return CommandJson.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
