/** The Flink job: options, the one page that shows its topology, and its main. */
@NullMarked
package io.openclickstream.pipeline;

import org.jspecify.annotations.NullMarked;
