/** Starts and supervises the processes of one machine. */
@NullMarked
package io.openclickstream.quickstart.platform;

import org.jspecify.annotations.NullMarked;
