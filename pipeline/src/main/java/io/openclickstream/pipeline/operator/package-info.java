/** Thin shells between Flink and the decisions: keyed state, timers and side outputs. */
@NullMarked
package io.openclickstream.pipeline.operator;

import org.jspecify.annotations.NullMarked;
