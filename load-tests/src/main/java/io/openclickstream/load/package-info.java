/** Programs that send generated clicks. */
@NullMarked
package io.openclickstream.load;

import org.jspecify.annotations.NullMarked;
