-- Where clicks come from and on what, per minute.
SELECT
  site_id,
  COALESCE(country, '(none)') AS country,
  COALESCE(device, '(none)') AS device,
  COUNT(*) AS clicks,
  APPROX_COUNT_DISTINCT(user_id) AS users
FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, site_id, COALESCE(country, '(none)'), COALESCE(device, '(none)')
