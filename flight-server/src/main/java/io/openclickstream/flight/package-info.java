/** The Flight server as a program: its options, its start and its end. */
@NullMarked
package io.openclickstream.flight;

import org.jspecify.annotations.NullMarked;
