/** Sessions, open and final, and the state that holds a user's open ones. */
@NullMarked
package io.openclickstream.schemas.session;

import org.jspecify.annotations.NullMarked;
