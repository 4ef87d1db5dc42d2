package io.openclickstream.quickstart.replay;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Reads a time as files write it: ISO 8601 with {@code T} or a space and with or without fraction and zone, the access
 * logs' {@code 17/May/2015:10:05:03 +0000}, or a number since 1970. A number below 100,000,000,000 is in seconds, below
 * 100,000,000,000,000 in milliseconds, above in microseconds.
 *
 * @param zone of times that name none. Where its clocks go forward, a time that never was counts as that much later;
 *     where they go back, the first of the two is taken
 */
record EventTimes(ZoneId zone) {
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,19}(\\.\\d{1,9})?");
    private static final BigDecimal SECONDS_BELOW = new BigDecimal("1e11");
    private static final BigDecimal MILLIS_BELOW = new BigDecimal("1e14");
    private static final int LONGEST = 64;
    private static final List<DateTimeFormatter> FORMATS = List.of(
            new DateTimeFormatterBuilder()
                    .parseCaseInsensitive()
                    .append(DateTimeFormatter.ISO_LOCAL_DATE)
                    .appendPattern("['T'][' ']HH:mm[:ss]")
                    .optionalStart()
                    .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
                    .optionalEnd()
                    .appendPattern("[' '][XXX][XX][X]")
                    .parseDefaulting(ChronoField.SECOND_OF_MINUTE, 0)
                    .toFormatter(Locale.ROOT)
                    .withResolverStyle(ResolverStyle.STRICT),
            new DateTimeFormatterBuilder()
                    .parseCaseInsensitive()
                    .appendPattern("dd/MMM/uuuu:HH:mm:ss[' '][XX]")
                    .toFormatter(Locale.ENGLISH)
                    .withResolverStyle(ResolverStyle.STRICT));

    /** Milliseconds since 1970 in UTC; empty when the text is no time. */
    OptionalLong millis(String text) {
        String time = text.strip();
        if (time.length() > LONGEST) {
            return OptionalLong.empty();
        }
        if (NUMBER.matcher(time).matches()) {
            return ofNumber(new BigDecimal(time));
        }
        return FORMATS.stream()
                .map(format -> millis(time, format))
                .filter(OptionalLong::isPresent)
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    private OptionalLong millis(String time, DateTimeFormatter format) {
        try {
            return OptionalLong.of(instant(format.parseBest(time, OffsetDateTime::from, LocalDateTime::from))
                    .toEpochMilli());
        } catch (DateTimeException | ArithmeticException e) {
            return OptionalLong.empty();
        }
    }

    private Instant instant(TemporalAccessor time) {
        return time instanceof OffsetDateTime exact
                ? exact.toInstant()
                : LocalDateTime.from(time).atZone(zone).toInstant();
    }

    private static OptionalLong ofNumber(BigDecimal number) {
        BigDecimal size = number.abs();
        int toMillis = size.compareTo(SECONDS_BELOW) < 0 ? 3 : size.compareTo(MILLIS_BELOW) < 0 ? 0 : -3;
        BigDecimal millis = number.scaleByPowerOfTen(toMillis);
        return millis.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                ? OptionalLong.empty()
                : OptionalLong.of(millis.longValue());
    }
}
