/**
 * What crosses a process or outlives it. No Flink job, no I/O, no decisions: records, schemas and their words only.
 */
@NullMarked
package io.openclickstream.schemas;

import org.jspecify.annotations.NullMarked;
