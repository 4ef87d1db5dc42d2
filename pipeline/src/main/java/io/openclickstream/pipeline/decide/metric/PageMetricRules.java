package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.metric.PageKey;
import io.openclickstream.schemas.metric.PageMetric;
import io.openclickstream.schemas.metric.PagePane;
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Duration;
import org.apache.datasketches.memory.Memory;
import org.apache.datasketches.theta.SetOperation;
import org.apache.datasketches.theta.Sketch;
import org.apache.datasketches.theta.Sketches;
import org.apache.datasketches.theta.Union;
import org.jspecify.annotations.Nullable;

/**
 * Counts clicks, users and revenue of one page per window of event time. Pure: no clock, no Flink, no I/O.
 *
 * @param window length of a window; windows start at multiples of it since 1970 in UTC
 * @param allowedLateness as in the session rules: an accepted click is never older than watermark - this
 * @param currency ISO 4217 code of the amounts that are summed
 */
public record PageMetricRules(Duration window, Duration allowedLateness, String currency) implements Serializable {
    /** The page of clicks without one. */
    public static final String NO_PAGE = "(none)";

    /** Sketches are exact up to this many users. */
    public static final int EXACT_USERS = 4_096;

    /** The key a click counts under. */
    public static PageKey key(Click click) {
        return new PageKey(click.siteId(), click.page() == null ? NO_PAGE : click.page());
    }

    /** First millisecond of the window that holds this moment. */
    public long windowStartMillis(long eventTimeMillis) {
        return Math.floorDiv(eventTimeMillis, window.toMillis()) * window.toMillis();
    }

    /** The first watermark at which no accepted click can touch the window any more. */
    public long finalAtMillis(long windowStartMillis) {
        return windowStartMillis + window.toMillis() + allowedLateness.toMillis();
    }

    /** The pane with one more click. */
    public PagePane add(@Nullable PagePane pane, Click click, long ingestionTimeMillis) {
        Union users = SetOperation.builder().setNominalEntries(EXACT_USERS).buildUnion();
        if (pane != null) {
            users.union(sketch(pane));
        }
        users.update(click.userId());
        byte[] sketch = users.getResult().toByteArray();
        BigDecimal amount = click.amount();
        boolean other = amount != null && !currency.equals(click.currency());
        BigDecimal counted = amount == null || other ? BigDecimal.ZERO : amount;
        if (pane == null) {
            return new PagePane(1, sketch, exact(counted), other ? 1 : 0, ingestionTimeMillis);
        }
        return new PagePane(
                pane.clicks() + 1,
                sketch,
                exact(pane.revenue().add(counted)),
                pane.otherCurrencyClicks() + (other ? 1 : 0),
                Math.max(pane.ingestionTimeMillis(), ingestionTimeMillis));
    }

    /** The pane as its readers see it. */
    public PageMetric metric(PageKey key, long windowStartMillis, PagePane pane, boolean isFinal) {
        return new PageMetric(
                key.siteId(),
                windowStartMillis,
                windowStartMillis + window.toMillis(),
                key.page(),
                pane.clicks(),
                Math.round(sketch(pane).getEstimate()),
                pane.revenue(),
                currency,
                pane.otherCurrencyClicks(),
                pane.ingestionTimeMillis(),
                isFinal);
    }

    private static Sketch sketch(PagePane pane) {
        return Sketches.wrapSketch(Memory.wrap(pane.usersSketch()));
    }

    private static BigDecimal exact(BigDecimal amount) {
        return amount.setScale(PageMetric.REVENUE_SCALE);
    }
}
