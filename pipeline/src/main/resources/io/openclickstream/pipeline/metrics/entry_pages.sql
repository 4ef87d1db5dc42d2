-- Where sessions begin, per five minutes of their end.
SELECT
  site_id,
  COALESCE(entry_page, '(none)') AS entry_page,
  COUNT(*) AS sessions,
  COUNT(*) FILTER (WHERE is_bounce) AS bounces,
  COUNT(*) FILTER (WHERE orders > 0) AS converted
FROM TABLE(TUMBLE(TABLE sessions, DESCRIPTOR(end_time), INTERVAL '5' MINUTE))
GROUP BY window_start, window_end, site_id, COALESCE(entry_page, '(none)')
