CREATE TABLE sessions (
  site_id STRING, user_id STRING, start_ms BIGINT, end_ms BIGINT, clicks BIGINT, pages BIGINT, orders BIGINT
) WITH ('connector' = 'digest');

CREATE TABLE urls (
  site_id STRING, url STRING, window_start BIGINT, clicks BIGINT, users BIGINT
) WITH ('connector' = 'digest');

CREATE TABLE country_device (
  site_id STRING, country STRING, device STRING, window_start BIGINT, clicks BIGINT, revenue STRING
) WITH ('connector' = 'digest');

INSERT INTO sessions
SELECT site_id, user_id, MIN(event_time), MAX(event_time), COUNT(*),
  COUNT(*) FILTER (WHERE COALESCE(event_type, 'page_view') = 'page_view'),
  COUNT(*) FILTER (WHERE event_type = 'purchase')
FROM TABLE(SESSION(TABLE clicks PARTITION BY (site_id, user_id), DESCRIPTOR(at_time), INTERVAL '30' MINUTES))
GROUP BY window_start, window_end, site_id, user_id;

INSERT INTO urls
SELECT site_id, url, UNIX_TIMESTAMP(CAST(window_start AS STRING)) * 1000, COUNT(*), COUNT(DISTINCT user_id)
FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(at_time), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, site_id, url;

INSERT INTO country_device
SELECT site_id, country, device, UNIX_TIMESTAMP(CAST(window_start AS STRING)) * 1000, COUNT(*),
  CAST(CAST(SUM(CAST(amount AS DECIMAL(27, 9))) FILTER (WHERE currency = 'EUR') AS DECIMAL(38, 9)) AS STRING)
FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(at_time), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, site_id, country, device;
