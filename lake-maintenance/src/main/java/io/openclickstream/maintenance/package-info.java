/**
 * Keeps the lake in shape beside the running job: compaction, expiry of snapshots and clean-up. What is done is decided
 * first, in a {@link io.openclickstream.maintenance.TablePlan}, and then done; so a dry run says what a run does.
 */
@NullMarked
package io.openclickstream.maintenance;

import org.jspecify.annotations.NullMarked;
