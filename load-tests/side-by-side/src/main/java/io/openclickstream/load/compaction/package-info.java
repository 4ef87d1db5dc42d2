/** What compaction does to an hour of the lake: how many files there are, and how long it takes to read them. */
@NullMarked
package io.openclickstream.load.compaction;

import org.jspecify.annotations.NullMarked;
