package io.openclickstream.schemas.lake;

/**
 * How far the job has come in one Kafka partition.
 *
 * @param toOffset the offset after the last record read
 * @param completeThroughMillis event time up to which all is final that will be; 0 when that is not known
 */
public record LakeProgress(String topic, int partition, long toOffset, long completeThroughMillis) {}
