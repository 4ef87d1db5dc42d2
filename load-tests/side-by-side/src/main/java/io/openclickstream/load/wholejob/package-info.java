/** Our whole job, from Kafka to the rows it puts out, with many sessions open. */
@NullMarked
package io.openclickstream.load.wholejob;

import org.jspecify.annotations.NullMarked;
