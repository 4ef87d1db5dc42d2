/** A click as decoded, where it came from, and what became of a record we refused. */
@NullMarked
package io.openclickstream.schemas.click;

import org.jspecify.annotations.NullMarked;
