package io.openclickstream.schemas.session;

/** Why no further click joined a session. Codes are never reused. */
public enum CloseReason {
    /** No click came within the gap. */
    GAP,
    /** The next click would have made it longer than allowed. */
    MAX_DURATION,
    /** It had as many clicks as allowed. */
    MAX_CLICKS,
    /** The next click came after midnight of the site's time zone. */
    MIDNIGHT,
    /** The next click came through another campaign. */
    CAMPAIGN_CHANGE,
    /** The next click was made under another account, or signed out. */
    USER_CHANGE
}
