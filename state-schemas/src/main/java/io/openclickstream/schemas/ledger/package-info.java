/** What became of every record read, counted per Kafka partition. */
@NullMarked
package io.openclickstream.schemas.ledger;

import org.jspecify.annotations.NullMarked;
