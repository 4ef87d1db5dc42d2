package io.openclickstream.schemas.lake;

import org.jspecify.annotations.Nullable;

/**
 * What a file says of one column, so that readers can leave the file out.
 *
 * @param fieldId of the column
 * @param bytes it takes in the file
 * @param values with nulls
 * @param lower no value is smaller, in Iceberg's single-value serialization; null when it is not known
 * @param upper no value is larger; null when it is not known
 */
@SuppressWarnings("ArrayRecordComponent") // nobody changes what is in it
public record LakeColumn(
        int fieldId, long bytes, long values, long nulls, byte @Nullable [] lower, byte @Nullable [] upper) {}
