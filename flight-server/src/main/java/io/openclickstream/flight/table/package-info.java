/**
 * Live tables in memory: rows by primary key, windows of event time, snapshots. Decisions only: no Flight, no files, no
 * clock.
 */
@NullMarked
package io.openclickstream.flight.table;

import org.jspecify.annotations.NullMarked;
