/**
 * The lake as Iceberg tables: {@link io.openclickstream.lake.LakeCatalog} finds or makes them,
 * {@link io.openclickstream.lake.LakeCommitter} adds to them an epoch at a time. Knows neither Flink nor Parquet.
 */
@NullMarked
package io.openclickstream.lake;

import org.jspecify.annotations.NullMarked;
