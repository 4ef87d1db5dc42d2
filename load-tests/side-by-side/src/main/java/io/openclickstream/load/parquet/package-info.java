/** Our Parquet writer beside the one that Flink brings, over the same clicks. */
@NullMarked
package io.openclickstream.load.parquet;

import org.jspecify.annotations.NullMarked;
