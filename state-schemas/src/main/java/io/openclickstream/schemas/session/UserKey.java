package io.openclickstream.schemas.session;

/** The key of session state: one user of one site. A key record never changes, or every savepoint is lost. */
public record UserKey(String siteId, String userId) {}
