package io.openclickstream.load.generator;

import java.util.List;

/**
 * Who a click's user is and how they came, decided by the user and the visit alone, so that all clicks of a visit agree.
 * Times are cut into blocks as long as the pause between visits, shifted for each user; a user clicks in one block of
 * three and is silent in the others. So two visits are always further apart than one pause.
 */
record Visit(
        String userId,
        int site,
        String country,
        String device,
        String os,
        String browser,
        Campaign campaign,
        boolean secondVariant) {

    record Campaign(String source, String medium, String name, String referrer) {
        static final Campaign NONE = new Campaign("", "", "", "");
    }

    private record Machine(String device, String os, String browser) {}

    private static final List<String> COUNTRIES = List.of("DE", "DE", "DE", "US", "US", "GB", "FR", "JP", "KW", "BR");
    private static final List<Machine> MACHINES = List.of(
            new Machine("mobile", "Android", "Chrome"),
            new Machine("mobile", "Android", "Chrome"),
            new Machine("mobile", "iOS", "Safari"),
            new Machine("desktop", "Windows", "Chrome"),
            new Machine("desktop", "Windows", "Edge"),
            new Machine("desktop", "macOS", "Safari"),
            new Machine("desktop", "Linux", "Firefox"),
            new Machine("tablet", "iPadOS", "Safari"));
    private static final Machine BOT = new Machine("bot", "Linux", "crawler");
    private static final List<Campaign> CAMPAIGNS = List.of(
            Campaign.NONE,
            Campaign.NONE,
            Campaign.NONE,
            new Campaign("", "", "", "https://search.example/"),
            new Campaign("newsletter", "email", "spring-sale", ""),
            new Campaign("search", "cpc", "brand", "https://search.example/"),
            new Campaign("social", "paid", "neue-größen", "https://social.example/feed"));

    /** A person's visit at a time. */
    static Visit ofPerson(long seed, int user, int sites, long timeMillis, long pauseMillis) {
        Randomness always = Randomness.of(seed ^ 0x5EED_0001L, user);
        int homeSite = always.below(sites);
        Machine machine = MACHINES.get(always.below(MACHINES.size()));
        String country = COUNTRIES.get(always.below(COUNTRIES.size()));
        Randomness thisTime = block(seed, user, timeMillis, pauseMillis);
        thisTime.next(); // the number that decides whether the user is there at all
        return new Visit(
                "u" + user,
                thisTime.below(10) == 0 ? thisTime.below(sites) : homeSite,
                country,
                machine.device(),
                machine.os(),
                machine.browser(),
                CAMPAIGNS.get(thisTime.below(CAMPAIGNS.size())),
                always.below(2) == 1);
    }

    /** A bot's only, endless visit. */
    static Visit ofBot(int bot, int sites) {
        return new Visit("bot" + bot, bot % sites, "US", BOT.device(), BOT.os(), BOT.browser(), Campaign.NONE, false);
    }

    /** Whether the person clicks at all in the block that holds this time. */
    static boolean isThere(long seed, int user, long timeMillis, long pauseMillis) {
        return block(seed, user, timeMillis, pauseMillis).below(3) == 0;
    }

    private static Randomness block(long seed, int user, long timeMillis, long pauseMillis) {
        long shift = Math.floorMod(Randomness.mix(seed, user), pauseMillis);
        long block = Math.floorDiv(timeMillis + shift, pauseMillis);
        return Randomness.of(Randomness.mix(seed ^ 0x5EED_0002L, user), block);
    }
}
