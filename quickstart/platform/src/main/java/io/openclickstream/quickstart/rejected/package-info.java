/** Sends records that the job has refused to its topic again, each once. */
@NullMarked
package io.openclickstream.quickstart.rejected;

import org.jspecify.annotations.NullMarked;
