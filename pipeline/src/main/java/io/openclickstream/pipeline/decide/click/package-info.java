/** Which records are trusted as clicks. Pure: no Flink, no parser, no clock, no I/O. */
@NullMarked
package io.openclickstream.pipeline.decide.click;

import org.jspecify.annotations.NullMarked;
