/** Measures the Flight server and what it serves, from outside, over the network. */
@NullMarked
package io.openclickstream.load.live;

import org.jspecify.annotations.NullMarked;
