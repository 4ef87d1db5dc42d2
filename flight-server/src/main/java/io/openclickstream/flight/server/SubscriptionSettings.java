package io.openclickstream.flight.server;

import java.time.Duration;

/**
 * The bounds of subscriptions.
 *
 * @param most how many there may be
 * @param interval least time between two looks at what has changed
 * @param keepAlive how long nothing is sent before an empty batch shows that the server is there
 * @param maxBytes memory for encoded changes and batches on their way
 */
public record SubscriptionSettings(int most, Duration interval, Duration keepAlive, long maxBytes) {}
