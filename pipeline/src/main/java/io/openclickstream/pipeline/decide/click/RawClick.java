package io.openclickstream.pipeline.decide.click;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record's fields as a reader found them, before anything is trusted: right in type, otherwise unchecked. One
 * instance is filled per record, so that readers of different formats share the rules of {@link ClickRules}.
 */
public final class RawClick {
    public @Nullable String eventId;
    public @Nullable String siteId;
    public @Nullable String userId;
    public @Nullable Long eventTimeMillis;
    public @Nullable Long sentAtMillis;
    public @Nullable String eventType;
    public @Nullable String url;
    public @Nullable String page;
    public @Nullable String referrer;
    public @Nullable String utmSource;
    public @Nullable String utmMedium;
    public @Nullable String utmCampaign;
    public @Nullable String utmTerm;
    public @Nullable String utmContent;
    public @Nullable String country;
    public @Nullable String device;
    public @Nullable String os;
    public @Nullable String browser;
    public @Nullable BigDecimal amount;
    public @Nullable String currency;
    public final Map<String, String> properties = new LinkedHashMap<>();
}
