package io.openclickstream.schemas.session;

import java.math.BigDecimal;

/**
 * An exact amount of one currency.
 *
 * @param currency ISO 4217 code
 * @param amount at most 9 digits after the point; negative for refunds
 */
public record Money(String currency, BigDecimal amount) {
    /** Digits after the point that a sum is stored with. */
    public static final int SCALE = 9;

    /** Digits in all that a sum can hold. */
    public static final int PRECISION = 38;
}
