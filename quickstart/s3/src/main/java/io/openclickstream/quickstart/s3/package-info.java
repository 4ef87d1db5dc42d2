/** The S3 protocol on a folder. */
@NullMarked
package io.openclickstream.quickstart.s3;

import org.jspecify.annotations.NullMarked;
