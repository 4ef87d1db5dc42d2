/**
 * What a metric is: one SQL aggregate, how it is read, what it counts and what its rows hold. Pure: no Flink, no clock,
 * no I/O.
 */
@NullMarked
package io.openclickstream.pipeline.decide.metric;

import org.jspecify.annotations.NullMarked;
