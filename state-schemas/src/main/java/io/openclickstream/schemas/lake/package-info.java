/** What the writers of the lake tell its committer, and the committer keeps in state until it is committed. */
@NullMarked
package io.openclickstream.schemas.lake;

import org.jspecify.annotations.NullMarked;
