/** Files of the lake on a disk or in S3, and the one thing that Iceberg's own access to files lacks: never to overwrite. */
@NullMarked
package io.openclickstream.lake.storage;

import org.jspecify.annotations.NullMarked;
