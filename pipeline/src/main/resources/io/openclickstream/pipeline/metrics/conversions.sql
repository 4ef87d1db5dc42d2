-- How many of the sessions that ended in a minute have bought something.
SELECT
  site_id,
  COUNT(*) AS sessions,
  COUNT(*) FILTER (WHERE orders > 0) AS converted,
  SUM(orders) AS orders
FROM TABLE(TUMBLE(TABLE sessions, DESCRIPTOR(end_time), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, site_id
