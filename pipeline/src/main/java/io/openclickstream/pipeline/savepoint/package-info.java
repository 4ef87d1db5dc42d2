/** Looks into savepoints from outside of a job. */
@NullMarked
package io.openclickstream.pipeline.savepoint;

import org.jspecify.annotations.NullMarked;
