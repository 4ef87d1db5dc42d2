/**
 * What can be asked of the tables, and the one way to read them: every read goes through {@link
 * io.openclickstream.flight.read.ReadableTables}, which shows a principal its own rows and nothing of the others.
 */
@NullMarked
package io.openclickstream.flight.read;

import org.jspecify.annotations.NullMarked;
