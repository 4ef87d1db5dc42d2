CREATE TABLE clicks (
  event_id STRING,
  site_id STRING,
  user_id STRING,
  event_time BIGINT,
  event_type STRING,
  url STRING,
  page STRING,
  referrer STRING,
  utm_source STRING,
  utm_medium STRING,
  utm_campaign STRING,
  country STRING,
  device STRING,
  amount STRING,
  currency STRING,
  read_at AS PROCTIME(),
  at_time AS TO_TIMESTAMP_LTZ(event_time, 3),
  WATERMARK FOR at_time AS at_time - INTERVAL '10' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = '${topic}',
  'properties.bootstrap.servers' = '${servers}',
  'properties.group.id' = 'flink-sql',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset',
  'format' = 'json'
);
