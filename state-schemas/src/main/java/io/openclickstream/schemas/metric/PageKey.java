package io.openclickstream.schemas.metric;

/** The key of page metric state: one page of one site. A key record never changes, or every savepoint is lost. */
public record PageKey(String siteId, String page) {}
