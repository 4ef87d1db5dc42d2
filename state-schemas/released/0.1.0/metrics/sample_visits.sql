-- Whole numbers, doubles and quantiles over sessions, for the sample of a release.
SELECT
  site_id,
  COUNT(*) AS sessions,
  SUM(duration_ms) AS duration_ms,
  MAX(CAST(clicks AS DOUBLE)) AS most_clicks,
  APPROX_QUANTILE(duration_ms, 0.5) AS median_duration_ms
FROM TABLE(TUMBLE(TABLE sessions, DESCRIPTOR(end_time), INTERVAL '10' MINUTE))
GROUP BY window_start, window_end, site_id
