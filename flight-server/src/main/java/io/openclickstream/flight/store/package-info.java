/** Tables and log together: what was acknowledged is durable, what is durable is there after a restart. */
@NullMarked
package io.openclickstream.flight.store;

import org.jspecify.annotations.NullMarked;
