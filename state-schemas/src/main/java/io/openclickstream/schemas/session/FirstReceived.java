package io.openclickstream.schemas.session;

/**
 * Which of a session's clicks Kafka received first: the smallest ingestion time, then partition, then offset. It names
 * the session, so that the name depends neither on event time nor on the order in which the job reads partitions.
 *
 * @param eventId of that click
 */
public record FirstReceived(long ingestionTimeMillis, int partition, long offset, String eventId)
        implements Comparable<FirstReceived> {
    @Override
    public int compareTo(FirstReceived other) {
        int byTime = Long.compare(ingestionTimeMillis, other.ingestionTimeMillis);
        int byPartition = byTime != 0 ? byTime : Integer.compare(partition, other.partition);
        return byPartition != 0 ? byPartition : Long.compare(offset, other.offset);
    }
}
