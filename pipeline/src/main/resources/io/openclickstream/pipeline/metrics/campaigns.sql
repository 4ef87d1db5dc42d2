-- What each campaign brings, per minute: clicks that carry its name, and purchases among them.
SELECT
  site_id,
  COALESCE(utm_source, '(none)') AS utm_source,
  COALESCE(utm_medium, '(none)') AS utm_medium,
  utm_campaign,
  COUNT(*) AS clicks,
  COUNT(*) FILTER (WHERE event_type = 'purchase') AS orders,
  APPROX_COUNT_DISTINCT(user_id) AS users
FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
WHERE utm_campaign IS NOT NULL
GROUP BY window_start, window_end, site_id, COALESCE(utm_source, '(none)'), COALESCE(utm_medium, '(none)'), utm_campaign
