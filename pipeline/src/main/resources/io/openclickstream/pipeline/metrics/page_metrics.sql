-- Traffic of each page, per minute.
SELECT
  site_id,
  COALESCE(page, '(none)') AS page,
  COUNT(*) AS clicks,
  COUNT(*) FILTER (WHERE event_type = 'page_view') AS views,
  APPROX_COUNT_DISTINCT(user_id) AS users
FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, site_id, COALESCE(page, '(none)')
