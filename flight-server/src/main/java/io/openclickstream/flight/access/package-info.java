/** Who asks, what they may do, and how they show it. Knows nothing of Flight or HTTP. */
@NullMarked
package io.openclickstream.flight.access;

import org.jspecify.annotations.NullMarked;
