package io.openclickstream.schemas.click;

/** Why a record was refused: a closed set, each with the one outcome it leads to. Codes are never reused. */
public enum Reason {
    EMPTY_VALUE(Outcome.MALFORMED),
    TOO_LARGE(Outcome.MALFORMED),
    NOT_JSON(Outcome.MALFORMED),
    NOT_AVRO(Outcome.MALFORMED),
    UNKNOWN_SCHEMA_ID(Outcome.MALFORMED),
    MISSING_FIELD(Outcome.MALFORMED),
    WRONG_TYPE(Outcome.MALFORMED),
    CONTROL_CHARACTER(Outcome.MALFORMED),
    BROKEN_TEXT(Outcome.MALFORMED),
    FIELD_TOO_LONG(Outcome.MALFORMED),
    EVENT_TIME_OUT_OF_RANGE(Outcome.MALFORMED),
    AMOUNT_OUT_OF_RANGE(Outcome.MALFORMED),
    MISSING_CURRENCY(Outcome.MALFORMED),
    EVENT_TIME_IN_FUTURE(Outcome.FUTURE),
    BEHIND_WATERMARK(Outcome.LATE),
    TOO_MANY_CLICKS(Outcome.FILTERED),
    /** Pseudonyms are on, and the key of its event time was deleted. */
    NO_PSEUDONYM_KEY(Outcome.FILTERED),
    /** Its person was erased: nothing of the record is kept but where it stood and when. */
    ERASED_PERSON(Outcome.FILTERED);

    private final Outcome outcome;

    Reason(Outcome outcome) {
        this.outcome = outcome;
    }

    /** The outcome that a record refused for this reason is counted under. */
    public Outcome outcome() {
        return outcome;
    }
}
