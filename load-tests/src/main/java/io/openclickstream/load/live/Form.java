package io.openclickstream.load.live;

import static io.openclickstream.schemas.live.LiveColumns.column;
import static io.openclickstream.schemas.live.LiveColumns.float64;
import static io.openclickstream.schemas.live.LiveColumns.int64;
import static io.openclickstream.schemas.live.LiveColumns.millis;
import static io.openclickstream.schemas.live.LiveColumns.utf8;

import io.openclickstream.schemas.live.Change;
import io.openclickstream.schemas.live.LiveMetadata;
import io.openclickstream.schemas.live.LiveTable;
import io.openclickstream.schemas.live.LiveTableSchema;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Tables with made-up rows. A row depends on its position and its revision alone, so that every run puts the same; its
 * key depends on the position, so that a row of a later revision takes the place of the one before.
 */
public enum Form {
    /** Sessions as the job puts them: 22 columns, about 270 bytes. */
    SESSIONS {
        @Override
        public LiveTableSchema table() {
            return LiveTable.SESSIONS.definition();
        }

        @Override
        void set(FieldVector column, int row, long position, long spanMillis, long revision) {
            long draw = mixed(position * 31 + column.getName().hashCode());
            switch (column.getName()) {
                case "session_id" -> text(column, row, "%016x%016x".formatted(mixed(position), mixed(~position)));
                case "site_id" -> text(column, row, SITES.get((int) (position % SITES.size())));
                case "user_id" -> text(column, row, "user-" + Math.floorMod(mixed(position), 1_000_000));
                case "start_time" -> time(column, row, startMillis(position, spanMillis));
                case "end_time" -> time(column, row, startMillis(position, spanMillis) + 60_000 + revision);
                case "duration_ms" -> number(column, row, 60_000 + revision);
                case "clicks" -> number(column, row, 1 + position % 9);
                case "pages" -> number(column, row, 1 + position % 7);
                case "orders" -> number(column, row, position % 20 == 0 ? 1 : 0);
                case "revision" -> number(column, row, revision);
                case "is_final" -> bit(column, row, position % 2 == 0);
                case "is_bounce" -> bit(column, row, position % 3 == 0);
                case "entry_page", "exit_page" -> text(column, row, page(draw));
                case "referrer" ->
                    textOrNull(column, row, draw % 2 == 0 ? null : "https://search.example/?q=" + draw % 97);
                case "utm_source", "utm_medium", "utm_campaign" ->
                    textOrNull(column, row, draw % 4 == 0 ? "spring-" + draw % 11 : null);
                case "country" -> text(column, row, COUNTRIES.get((int) Math.floorMod(draw, (long) COUNTRIES.size())));
                case "device" -> text(column, row, draw % 3 == 0 ? "desktop" : "mobile");
                case "revenue" ->
                    text(column, row, position % 20 == 0 ? "{\"EUR\":\"" + position % 500 + ".90\"}" : "{}");
                case "close_reason" -> textOrNull(column, row, position % 2 == 0 ? "GAP" : null);
                default -> throw new IllegalStateException("a column that is not made up: " + column.getName());
            }
        }
    },

    /** A metric as the job puts it: 7 columns, about 70 bytes. */
    PAGES {
        private static final LiveTableSchema TABLE = LiveTableSchema.of(
                "page_metrics",
                "Traffic of each page, per minute.",
                List.of("window_start", "site_id", "page"),
                "window_start",
                List.of(
                        column("window_start", millis(), false, "begin of the window"),
                        column("window_end", millis(), false, "end of the window"),
                        column("site_id", utf8(), false, "site (tenant)"),
                        column("page", utf8(), false, "page"),
                        column("clicks", int64(), false, "accepted clicks"),
                        column("views", int64(), false, "clicks of type page_view"),
                        column("users", float64(), false, "distinct users, estimated")));

        @Override
        public LiveTableSchema table() {
            return TABLE;
        }

        @Override
        void set(FieldVector column, int row, long position, long spanMillis, long revision) {
            long minute = startMillis(position, spanMillis) / 60_000 * 60_000;
            switch (column.getName()) {
                case "window_start" -> time(column, row, minute);
                case "window_end" -> time(column, row, minute + 60_000);
                case "site_id" -> text(column, row, SITES.get((int) (position % SITES.size())));
                case "page" -> text(column, row, "/section-" + position % 97 + "/page-" + position);
                case "clicks" -> number(column, row, revision + position % 1000);
                case "views" -> number(column, row, position % 900);
                case "users" -> ((Float8Vector) column).setSafe(row, position % 700 + 0.25);
                default -> throw new IllegalStateException("a column that is not made up: " + column.getName());
            }
        }
    };

    /** Event time of the first row. */
    public static final long FIRST_MILLIS =
            Instant.parse("2026-03-02T10:00:00Z").toEpochMilli();

    private static final List<String> SITES = List.of("shop", "blog", "docs");
    private static final List<String> COUNTRIES = List.of("DE", "FR", "US", "BR", "JP", "IN", "PL");

    /** The table's name and columns. */
    public abstract LiveTableSchema table();

    /** Sets one cell. */
    abstract void set(FieldVector column, int row, long position, long spanMillis, long revision);

    /**
     * Fills a batch of the put schema with the rows of some positions, all of them upserts.
     *
     * @param spanMillis event time that the rows are spread over, in the order of their positions again and again
     */
    public void fill(VectorSchemaRoot batch, long first, int rows, long spanMillis, long revision) {
        batch.allocateNew();
        for (FieldVector column : batch.getFieldVectors()) {
            for (int row = 0; row < rows; row++) {
                if (column.getName().equals(LiveMetadata.OP_COLUMN)) {
                    ((TinyIntVector) column).setSafe(row, Change.UPSERT.code());
                } else {
                    set(column, row, first + row, spanMillis, revision);
                }
            }
        }
        batch.setRowCount(rows);
    }

    private static long startMillis(long position, long spanMillis) {
        return FIRST_MILLIS + position * 87 % spanMillis;
    }

    private static String page(long draw) {
        return "/products/" + Math.floorMod(draw, 2_000L) + "/details";
    }

    private static void text(FieldVector column, int row, String value) {
        ((VarCharVector) column).setSafe(row, value.getBytes(StandardCharsets.UTF_8));
    }

    private static void textOrNull(FieldVector column, int row, @Nullable String value) {
        if (value == null) {
            column.setNull(row);
        } else {
            text(column, row, value);
        }
    }

    private static void time(FieldVector column, int row, long value) {
        ((TimeStampMilliTZVector) column).setSafe(row, value);
    }

    private static void number(FieldVector column, int row, long value) {
        ((BigIntVector) column).setSafe(row, value);
    }

    private static void bit(FieldVector column, int row, boolean value) {
        ((BitVector) column).setSafe(row, value ? 1 : 0);
    }

    /** The finalizer of SplitMix64: different numbers stay different, and look drawn. */
    private static long mixed(long value) {
        long bits = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
        return bits ^ (bits >>> 31);
    }
}
