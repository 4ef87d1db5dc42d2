package io.openclickstream.pipeline.decide.click;

import org.jspecify.annotations.Nullable;

/**
 * The page of a click that names none: the path of its URL, without host, query and fragment. Real URLs are broken in
 * every way, so this never fails: it cuts text, to the longest length given, and does not parse.
 */
final class PagePath {
    private PagePath() {}

    static @Nullable String of(@Nullable String url, int longest) {
        if (url == null || url.isBlank()) {
            return null;
        }
        int start = 0;
        int scheme = url.indexOf("://");
        int firstOfPath = firstOf(url, 0, "/?#");
        if (scheme > 0 && (firstOfPath < 0 || scheme < firstOfPath)) {
            start = firstOf(url, scheme + 3, "/?#");
            if (start < 0) {
                return "/";
            }
        }
        int end = firstOf(url, start, "?#");
        String path = end < 0 ? url.substring(start) : url.substring(start, end);
        return path.isEmpty() ? "/" : path.substring(0, Math.min(path.length(), longest));
    }

    private static int firstOf(String text, int from, String characters) {
        for (int i = from; i < text.length(); i++) {
            if (characters.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }
}
