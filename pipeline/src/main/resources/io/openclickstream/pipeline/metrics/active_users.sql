-- Who is there, per minute and site; merge users_sketch to count users over several minutes.
SELECT
  site_id,
  COUNT(*) AS clicks,
  APPROX_COUNT_DISTINCT(user_id) AS users
FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, site_id
