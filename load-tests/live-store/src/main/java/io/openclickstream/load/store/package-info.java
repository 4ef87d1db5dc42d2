/** Measures live tables from inside the process that holds them. */
@NullMarked
package io.openclickstream.load.store;

import org.jspecify.annotations.NullMarked;
