/** Reads Kafka records from a file that somebody has put together, as a bounded source. */
@NullMarked
package io.openclickstream.pipeline.source.record;

import org.jspecify.annotations.NullMarked;
