-- A measure of every form over clicks, for the sample of a release.
SELECT
  site_id,
  COALESCE(page, '(none)') AS page,
  COUNT(*) AS clicks,
  SUM(amount) AS revenue,
  SUM(amount) FILTER (WHERE currency = 'XXX') AS nothing,
  MIN(CAST(amount AS DOUBLE)) AS least,
  MIN(event_id) AS first_id,
  MAX(event_time) AS latest,
  APPROX_COUNT_DISTINCT(user_id) AS users
FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '10' MINUTE))
GROUP BY window_start, window_end, site_id, COALESCE(page, '(none)')
