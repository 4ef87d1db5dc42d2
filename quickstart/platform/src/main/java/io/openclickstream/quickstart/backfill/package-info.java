/** Adds history to a job's lake beside the job. */
@NullMarked
package io.openclickstream.quickstart.backfill;

import org.jspecify.annotations.NullMarked;
