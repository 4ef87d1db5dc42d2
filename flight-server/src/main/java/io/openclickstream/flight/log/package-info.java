/**
 * What makes puts durable: records in append-only files, a checkpoint that bounds them, one folder for one server. Knows
 * bytes, not tables.
 */
@NullMarked
package io.openclickstream.flight.log;

import org.jspecify.annotations.NullMarked;
