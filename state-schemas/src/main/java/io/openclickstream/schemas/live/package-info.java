/** Live tables as they cross from the pipeline to the Flight server: Arrow schemas, put header, metadata keys. */
@NullMarked
package io.openclickstream.schemas.live;

import org.jspecify.annotations.NullMarked;
