package io.openclickstream.load.live;

import io.openclickstream.load.benchmark.Numbers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was seen of one number of subscribers.
 *
 * @param stalled how many of them stop reading
 * @param jvm flags of the server
 * @param idleBytes resident memory of the server before they came
 * @param joinSeconds until all had all rows
 * @param healthy how many read everything
 */
record SubscribersRun(
        int subscribers,
        int stalled,
        List<String> jvm,
        long idleBytes,
        double joinSeconds,
        SubscribersBenchmark.Samples samples,
        Arrivals arrivals,
        int healthy) {
    /** Less than twice what is live with so many, so that garbage is no memory that the server seems to need. */
    static final List<String> FEW_JVM = List.of(
            "-Xms16m", "-Xmx48m", "-XX:MaxDirectMemorySize=128m", "-XX:+UseSerialGC", "-XX:ReservedCodeCacheSize=48m");

    /** Of a fixed size within the goal for memory: one that grows collects everything while it does, and all wait for it. */
    static final List<String> MANY_JVM = List.of(
            "-Xms896m",
            "-Xmx896m",
            "-XX:MaxDirectMemorySize=512m",
            "-XX:+UseSerialGC",
            "-XX:ReservedCodeCacheSize=48m");

    /** Cores that the server was busy with. */
    double cores() {
        return samples.cpuSeconds() / samples.seconds();
    }

    /** The most resident memory of the server while it was measured, in MB of a million bytes. */
    double megabytes() {
        return samples.residentBytes().stream().mapToLong(Long::longValue).max().orElse(0) / 1e6;
    }

    /** The same without what the server took before there were subscribers. */
    double addedMegabytes() {
        return megabytes() - idleBytes / 1e6;
    }

    /** For the raw output and the result. */
    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("subscribers", subscribers);
        facts.put("stalled", stalled);
        facts.put("server_cores", Numbers.rounded(cores()));
        facts.put("resident_mb", Numbers.rounded(megabytes()));
        facts.put("resident_mb_before", Numbers.rounded(idleBytes / 1e6));
        facts.put("join_seconds", Numbers.rounded(joinSeconds));
        facts.put("from_acknowledged", arrivals.sinceAcknowledged().facts());
        facts.put("from_intended", arrivals.sinceSent().facts());
        facts.put("received_before_acknowledged", arrivals.early());
        return facts;
    }
}
