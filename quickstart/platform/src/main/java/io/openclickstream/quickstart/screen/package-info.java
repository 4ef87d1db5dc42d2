/** What the commands print while they run. */
@NullMarked
package io.openclickstream.quickstart.screen;

import org.jspecify.annotations.NullMarked;
