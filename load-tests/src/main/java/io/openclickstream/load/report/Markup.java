package io.openclickstream.load.report;

/** Text inside HTML and SVG. */
final class Markup {
    private Markup() {}

    /** The text with everything escaped that markup gives a meaning to. */
    static String text(String plain) {
        return plain.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
