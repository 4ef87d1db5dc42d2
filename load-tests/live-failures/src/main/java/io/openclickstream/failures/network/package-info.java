/** A network that fails when a test says so. */
@NullMarked
package io.openclickstream.failures.network;

import org.jspecify.annotations.NullMarked;
