/** The catalog that needs no service: Iceberg's tables in folders of the lake itself. */
@NullMarked
package io.openclickstream.lake.catalog;

import org.jspecify.annotations.NullMarked;
