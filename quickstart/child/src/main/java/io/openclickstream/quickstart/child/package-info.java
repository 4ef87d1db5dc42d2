/** What every child process of the quickstart does before its own main. */
@NullMarked
package io.openclickstream.quickstart.child;

import org.jspecify.annotations.NullMarked;
