-- How long sessions last and how many end at their first page, per minute of their end.
SELECT
  site_id,
  COUNT(*) AS sessions,
  COUNT(*) FILTER (WHERE is_bounce) AS bounces,
  SUM(clicks) AS clicks,
  SUM(duration_ms) AS duration_ms,
  APPROX_QUANTILE(duration_ms, 0.5) AS median_duration_ms,
  APPROX_QUANTILE(duration_ms, 0.95) AS p95_duration_ms,
  MAX(duration_ms) AS longest_ms
FROM TABLE(TUMBLE(TABLE sessions, DESCRIPTOR(end_time), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, site_id
