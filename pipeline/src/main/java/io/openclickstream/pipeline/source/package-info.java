/** From Kafka bytes to clicks or rejected records, with one watermark per Kafka partition. The only package that knows Kafka. */
@NullMarked
package io.openclickstream.pipeline.source;

import org.jspecify.annotations.NullMarked;
