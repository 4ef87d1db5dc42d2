/** Reads accepted clicks back from the lake, as a bounded source. */
@NullMarked
package io.openclickstream.pipeline.source.lake;

import org.jspecify.annotations.NullMarked;
