/** Windowed metrics and the state of one pane. */
@NullMarked
package io.openclickstream.schemas.metric;

import org.jspecify.annotations.NullMarked;
