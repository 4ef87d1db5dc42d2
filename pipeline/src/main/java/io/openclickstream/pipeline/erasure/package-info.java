/** What the job knows of the lake's list of erased persons. */
@NullMarked
package io.openclickstream.pipeline.erasure;

import org.jspecify.annotations.NullMarked;
