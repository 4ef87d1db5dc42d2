/** The session operator alone: beside Flink's session windows, and with many sessions open. */
@NullMarked
package io.openclickstream.load.operator;

import org.jspecify.annotations.NullMarked;
