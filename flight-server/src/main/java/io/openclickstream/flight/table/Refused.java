package io.openclickstream.flight.table;

import com.google.errorprone.annotations.FormatMethod;

/** A request was refused and changed nothing. The message tells the client what, why, and what to do. */
public final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** What kind of refusal this is; a client sees it as the status of its call. */
    public enum Reason {
        /** The request breaks the contract and will never be accepted as it is. */
        INVALID,
        /** There is no such table. */
        UNKNOWN_TABLE,
        /** Another writer has taken this one's place; it has to stop. */
        FENCED,
        /** Whoever asks has not said who they are, or is not believed. */
        NOT_SIGNED_IN,
        /** Whoever asks may not do this. */
        NOT_ALLOWED,
        /** Memory, disk or another bound is used up; the same request may be accepted later. */
        NO_ROOM,
        /** The server is starting, stopping or broken; try again, possibly elsewhere. */
        UNAVAILABLE
    }

    public Refused(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** A refusal of a request that breaks the contract. */
    @FormatMethod
    public static Refused invalid(String format, Object... facts) {
        return new Refused(Reason.INVALID, format.formatted(facts));
    }

    /** A refusal of a writer whose place another one has taken. */
    @FormatMethod
    public static Refused fenced(String format, Object... facts) {
        return new Refused(Reason.FENCED, format.formatted(facts));
    }

    /** A refusal of somebody who is not known here. */
    @FormatMethod
    public static Refused notSignedIn(String format, Object... facts) {
        return new Refused(Reason.NOT_SIGNED_IN, format.formatted(facts));
    }

    /** A refusal of somebody who is known, and may not do this. */
    @FormatMethod
    public static Refused notAllowed(String format, Object... facts) {
        return new Refused(Reason.NOT_ALLOWED, format.formatted(facts));
    }

    /** A refusal for want of memory, disk or another bounded thing. */
    @FormatMethod
    public static Refused noRoom(String format, Object... facts) {
        return new Refused(Reason.NO_ROOM, format.formatted(facts));
    }

    public Reason reason() {
        return reason;
    }
}
