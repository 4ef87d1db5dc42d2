/** Computes a lake's sessions and metrics again, and compares them with the lake's own. */
@NullMarked
package io.openclickstream.quickstart.recompute;

import org.jspecify.annotations.NullMarked;
