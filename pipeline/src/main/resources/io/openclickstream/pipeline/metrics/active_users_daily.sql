-- Users and clicks of a site in a day (UTC).
SELECT
  site_id,
  COUNT(*) AS clicks,
  APPROX_COUNT_DISTINCT(user_id) AS users
FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' DAY))
GROUP BY window_start, window_end, site_id
