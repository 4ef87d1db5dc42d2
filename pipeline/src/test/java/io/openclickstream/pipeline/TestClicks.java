package io.openclickstream.pipeline;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Clicks for tests: everything that a test does not name has one fixed value. */
public final class TestClicks {
    private TestClicks() {}

    public static Click click(String eventId, String userId, long eventTimeMillis) {
        return click(eventId, userId, eventTimeMillis, "/page/" + eventId, null, null);
    }

    public static Click click(
            String eventId,
            String userId,
            long eventTimeMillis,
            @Nullable String page,
            @Nullable String amount,
            @Nullable String currency) {
        return new Click(
                eventId,
                "shop",
                userId,
                eventTimeMillis,
                null,
                "page_view",
                null,
                page,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                amount == null ? null : new BigDecimal(amount),
                currency,
                Map.of());
    }

    public static ReceivedClick received(Click click) {
        return new ReceivedClick(
                click,
                new SourcePosition("clicks", 0, Math.max(0, click.eventTimeMillis()), 1_000),
                null,
                click.eventId().getBytes(StandardCharsets.UTF_8));
    }
}
