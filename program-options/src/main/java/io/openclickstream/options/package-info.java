/** How every program reads its options: file, environment and command line, with all mistakes reported at once. */
@NullMarked
package io.openclickstream.options;

import org.jspecify.annotations.NullMarked;
