package io.openclickstream.schemas;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;

/** Tells whoever wrote a text where it is no JSON. */
public final class JsonPlace {
    private JsonPlace() {}

    /**
     * The end of a sentence: {@code " (line 1, column 3)"}. Nothing where Jackson does not know it, as sometimes for
     * what follows when the JSON is over.
     */
    public static String of(JacksonException mistake) {
        JsonLocation location = mistake.getLocation();
        return location == null ? "" : " (line %d, column %d)".formatted(location.getLineNr(), location.getColumnNr());
    }
}
