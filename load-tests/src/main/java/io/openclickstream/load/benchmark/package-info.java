/** Measures the running platform from outside, over the network. */
@NullMarked
package io.openclickstream.load.benchmark;

import org.jspecify.annotations.NullMarked;
