/** Reads click files and sends them to the platform. */
@NullMarked
package io.openclickstream.quickstart.replay;

import org.jspecify.annotations.NullMarked;
