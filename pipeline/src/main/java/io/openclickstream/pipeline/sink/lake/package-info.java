/** From rows to Parquet files in the lake. The only package that knows Parquet. */
@NullMarked
package io.openclickstream.pipeline.sink.lake;

import org.jspecify.annotations.NullMarked;
