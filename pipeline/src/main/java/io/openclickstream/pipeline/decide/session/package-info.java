/** Which clicks belong to the same session, and when it is final. Pure: no Flink, no clock, no I/O. */
@NullMarked
package io.openclickstream.pipeline.decide.session;

import org.jspecify.annotations.NullMarked;
