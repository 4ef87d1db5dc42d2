-- Money that changed hands, per minute and currency: exact, refunds subtracted.
SELECT
  site_id,
  currency,
  SUM(amount) AS revenue,
  COUNT(*) FILTER (WHERE event_type = 'purchase') AS orders,
  COUNT(*) FILTER (WHERE amount < 0) AS refunds,
  APPROX_COUNT_DISTINCT(user_id) AS users,
  MAX(amount) AS largest
FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
WHERE amount IS NOT NULL AND currency IS NOT NULL
GROUP BY window_start, window_end, site_id, currency
