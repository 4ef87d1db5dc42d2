/** Makes one page of all the runs that are kept, for a person to read. */
@NullMarked
package io.openclickstream.load.report;

import org.jspecify.annotations.NullMarked;
