/** Which window a click counts in, and when that window is final. Pure: no Flink, no clock, no I/O. */
@NullMarked
package io.openclickstream.pipeline.decide.metric;

import org.jspecify.annotations.NullMarked;
