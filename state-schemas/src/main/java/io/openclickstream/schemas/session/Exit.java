package io.openclickstream.schemas.session;

import org.jspecify.annotations.Nullable;

/**
 * The latest click of a session.
 *
 * @param eventId of that click; the largest among equally late ones
 */
public record Exit(String eventId, @Nullable String page) {}
