/** The commands of the launcher. */
@NullMarked
package io.openclickstream.quickstart;

import org.jspecify.annotations.NullMarked;
