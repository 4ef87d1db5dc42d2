package io.openclickstream.pipeline.operator;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.openclickstream.pipeline.decide.metric.PageMetricRules;
import io.openclickstream.pipeline.operator.OperatorScript.Mode;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.metric.PageKey;
import io.openclickstream.schemas.metric.PageMetric;
import java.math.BigDecimal;
import java.time.Duration;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PageMetricFunctionTest {
    private static final PageMetricRules RULES =
            new PageMetricRules(Duration.ofMillis(100), Duration.ofMillis(5), "EUR");

    @ParameterizedTest
    @EnumSource
    void clicksUsersAndRevenueAreCountedPerWindow(Mode mode) throws Exception {
        var outcome = script().element(paid("1", "ada", 0, "0.10", "EUR"))
                .element(paid("2", "ada", 99, "0.20", "EUR"))
                .element(paid("3", "bob", 50, "7", "USD"))
                .element(paid("4", "bob", 50, null, null))
                .element(paid("5", "bob", 100, "-1.5", "EUR"))
                .watermark(1_000)
                .processingTime(5_000)
                .run(mode);
        assertThat(outcome.main())
                .filteredOn(PageMetric::isFinal)
                .satisfiesExactlyInAnyOrder(
                        first -> {
                            assertThat(first.windowStartMillis()).isZero();
                            assertThat(first.windowEndMillis()).isEqualTo(100);
                            assertThat(first.clicks()).isEqualTo(4);
                            assertThat(first.users()).isEqualTo(2);
                            assertThat(first.revenue()).isEqualTo(new BigDecimal("0.300000000"));
                            assertThat(first.otherCurrencyClicks()).isEqualTo(1);
                        },
                        second -> {
                            assertThat(second.windowStartMillis()).isEqualTo(100);
                            assertThat(second.revenue()).isEqualTo(new BigDecimal("-1.500000000"));
                            assertThat(second.users()).isEqualTo(1);
                        });
        assertThat(outcome.stateEntries()).isZero();
        assertThat(outcome.timers()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void windowIsFinalWhenNoAcceptedClickCanTouchIt(Mode mode) throws Exception {
        assertThat(script().element(paid("1", "ada", 99, null, null))
                        .watermark(104)
                        .run(mode)
                        .main())
                .isEmpty();
        assertThat(script().element(paid("1", "ada", 99, null, null))
                        .watermark(105)
                        .run(mode)
                        .main())
                .singleElement()
                .extracting(PageMetric::isFinal)
                .isEqualTo(true);
    }

    @ParameterizedTest
    @EnumSource
    void changedWindowsAreSentEarlyOnceAnInterval(Mode mode) throws Exception {
        var outcome = script().processingTime(10)
                .element(paid("1", "ada", 0, null, null))
                .element(paid("2", "ada", 1, null, null))
                .element(paid("3", "ada", 100, null, null))
                .processingTime(1_010)
                .processingTime(2_010)
                .element(paid("4", "ada", 101, null, null))
                .processingTime(3_010)
                .run(mode);
        assertThat(outcome.main())
                .extracting(PageMetric::windowStartMillis, PageMetric::clicks, PageMetric::isFinal)
                .containsExactlyInAnyOrder(tuple(0L, 2L, false), tuple(100L, 1L, false), tuple(100L, 2L, false));
    }

    @Test
    void windowsOfTimesBefore1970BeginAtMultiplesToo() {
        assertThat(RULES.windowStartMillis(-1)).isEqualTo(-100);
        assertThat(RULES.windowStartMillis(-100)).isEqualTo(-100);
    }

    @Test
    void usersAreExactUpToTheSketchSize() {
        var key = new PageKey("shop", "/p");
        var pane = RULES.add(null, click("0", "user-0", 0), 0);
        for (int i = 1; i < PageMetricRules.EXACT_USERS; i++) {
            pane = RULES.add(pane, click("e" + i, "user-" + i, 0), 0);
            pane = i % 7 == 0 ? RULES.add(pane, click("again" + i, "user-" + i, 0), 0) : pane;
        }
        assertThat(RULES.metric(key, 0, pane, true).users()).isEqualTo(PageMetricRules.EXACT_USERS);
    }

    private static ReceivedClick paid(String id, String user, long time, String amount, String currency) {
        return received(click(id, user, time, "/p", amount, currency));
    }

    private static OperatorScript<PageKey, ReceivedClick, PageMetric> script() {
        return new OperatorScript<>(
                () -> new KeyedProcessOperator<>(new PageMetricFunction(RULES, 1_000)),
                received -> PageMetricRules.key(received.click()),
                TypeInformation.of(PageKey.class));
    }
}
