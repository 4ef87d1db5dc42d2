package io.openclickstream.schemas.session;

import io.openclickstream.schemas.live.Change;

/** A session appeared, changed or became final (upsert), or was joined into another one (delete). */
public record SessionChange(Change change, Session session) {}
