/** Job manager, task manager, web page and the clickstream job in one process. */
@NullMarked
package io.openclickstream.quickstart.flink;

import org.jspecify.annotations.NullMarked;
