/** The whole road against an oracle that shares no code with it. */
@NullMarked
package io.openclickstream.quickstart.endtoend;

import org.jspecify.annotations.NullMarked;
