/** From rows to live tables on the Flight server. The only package that knows Arrow. */
@NullMarked
package io.openclickstream.pipeline.sink.live;

import org.jspecify.annotations.NullMarked;
