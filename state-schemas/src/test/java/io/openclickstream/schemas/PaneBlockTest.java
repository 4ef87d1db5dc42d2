package io.openclickstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.schemas.metric.MeasureForm;
import io.openclickstream.schemas.metric.PaneBucket;
import io.openclickstream.schemas.metric.PaneReader;
import io.openclickstream.schemas.metric.PaneWriter;
import java.math.BigDecimal;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The block of a pane's measures: these bytes stand in savepoints. */
class PaneBlockTest {
    private static final String GOLDEN = "01" // version
            + "00" // nothing
            + "01" + "ac02" // 300 values
            + "02" + "03" + "feffffffffffffff" // -2 of 3 values
            + "03" + "02" + "09" + "05" + "fedcba9876" // -4.886718346: scale 9, five bytes
            + "04" + "01" + "000000000000f8bf" // -1.5
            + "05" + "01" + "02" + "e4003dd8" // ä and half of a pair
            + "06" + "ffffffffffffff7f" + "02" + "0500000000000000" + "0900000000000000" // two hashes, all there are
            + "07" + "04" + "03" + "010203"; // a sketch of three bytes

    @Test
    void standsInSavepointsAs() {
        var writer = new PaneWriter();
        writer.count(7);
        writer.begin();
        writer.nothing();
        writer.count(300);
        writer.whole(3, -2);
        writer.exact(2, BigDecimal.valueOf(-4_886_718_346L, 9));
        writer.real(1, -1.5);
        writer.text(1, "ä\ud83d");
        writer.hashes(Long.MAX_VALUE, new long[] {5, 9, 11}, 2);
        writer.bins(4, new byte[] {1, 2, 3});
        assertThat(HexFormat.of().formatHex(writer.block())).isEqualTo(GOLDEN);
    }

    @Test
    void isReadWithoutKnowingTheMetric() {
        var reader = new PaneReader();
        reader.begin(HexFormat.of().parseHex(GOLDEN));
        assertThat(reader.next()).isEqualTo(MeasureForm.NOTHING);
        assertThat(reader.values()).isZero();
        assertThat(reader.next()).isEqualTo(MeasureForm.COUNT);
        assertThat(reader.values()).isEqualTo(300);
        assertThat(reader.next()).isEqualTo(MeasureForm.WHOLE);
        assertThat(reader.values()).isEqualTo(3);
        assertThat(reader.whole()).isEqualTo(-2);
        assertThat(reader.next()).isEqualTo(MeasureForm.EXACT);
        assertThat(reader.values()).isEqualTo(2);
        assertThat(reader.exact()).isEqualTo(BigDecimal.valueOf(-4_886_718_346L, 9));
        assertThat(reader.next()).isEqualTo(MeasureForm.DOUBLE);
        assertThat(reader.real()).isEqualTo(-1.5);
        assertThat(reader.next()).isEqualTo(MeasureForm.TEXT);
        assertThat(reader.text()).isEqualTo("ä\ud83d");
        assertThat(reader.next()).isEqualTo(MeasureForm.HASHES);
        assertThat(reader.theta()).isEqualTo(Long.MAX_VALUE);
        assertThat(reader.hashes()).isEqualTo(2);
        assertThat(reader.hash(1)).isEqualTo(9);
        assertThat(reader.next()).isEqualTo(MeasureForm.BINS);
        assertThat(reader.values()).isEqualTo(4);
        assertThat(reader.bins()).containsExactly(1, 2, 3);
        assertThat(reader.hasNext()).isFalse();
        assertThat(reader.next()).isEqualTo(MeasureForm.NOTHING);
        assertThat(reader.values()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-1",
                "127",
                "-128",
                "128",
                "9223372036854775807",
                "-9223372036854775808",
                "9223372036854775808",
                "-9223372036854775809",
                "99999999999999999999999999999.999999999",
                "1E+3",
                "0E-9",
                "-0.000000001"
            })
    void exactNumbersKeepEveryDigit(String text) {
        var writer = new PaneWriter();
        var number = new BigDecimal(text);
        writer.exact(1, number);
        var reader = new PaneReader();
        reader.begin(writer.block());
        reader.next();
        assertThat(reader.exact()).isEqualTo(number);
        assertThat(reader.hasNext()).isFalse();
    }

    @Test
    void blockOfALaterReleaseIsRefused() {
        assertThatThrownBy(() -> new PaneReader().begin(new byte[] {2}))
                .hasMessageContaining("version 2")
                .hasMessageContaining("later release");
    }

    /** A bucket's share and hash decide which subtask owns it, in every release. */
    @Test
    void bucketsStayWhereTheyAre() {
        PaneBucket bucket = PaneBucket.of("page_metrics", 1_772_445_600_000L, "[\"shop\",\"/home\"]");
        assertThat(bucket).isEqualTo(new PaneBucket("page_metrics", 1_772_445_600_000L, 51));
        assertThat(bucket.hashCode()).isEqualTo(-1_641_947_798);
    }
}
