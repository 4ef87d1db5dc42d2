package io.openclickstream.schemas.click;

/** The numbers of a click's texts. */
public final class ClickText {
    public static final int EVENT_ID = 0;
    public static final int SITE_ID = 1;
    public static final int USER_ID = 2;
    public static final int EVENT_TYPE = 3;
    public static final int URL = 4;
    public static final int PAGE = 5;
    public static final int REFERRER = 6;
    public static final int UTM_SOURCE = 7;
    public static final int UTM_MEDIUM = 8;
    public static final int UTM_CAMPAIGN = 9;
    public static final int UTM_TERM = 10;
    public static final int UTM_CONTENT = 11;
    public static final int COUNTRY = 12;
    public static final int DEVICE = 13;
    public static final int OS = 14;
    public static final int BROWSER = 15;
    public static final int CURRENCY = 16;
    /** The exact amount in plain digits, such as {@code -12.50}. */
    public static final int AMOUNT = 17;

    /** Under whom state is kept, where the user id is a pseudonym. Shown to nobody; where it is missing, the user id is it. */
    public static final int GROUP = 18;

    static final int COUNT = 19;

    private ClickText() {}
}
