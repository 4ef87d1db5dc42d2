package io.openclickstream.schemas.metric;

/**
 * What a metric's name has meant since the job first ran without state: kept so that panes of one query are never
 * continued by another.
 *
 * @param sql the query without comments, runs of white space as one space
 */
public record MetricDefinition(String metric, String sql) {}
