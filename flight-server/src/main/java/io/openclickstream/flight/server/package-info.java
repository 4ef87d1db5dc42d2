/** The server's outside: Arrow Flight calls, HTTP health and metrics. Thin: it moves data between them and the store. */
@NullMarked
package io.openclickstream.flight.server;

import org.jspecify.annotations.NullMarked;
