/** Pseudonyms of user ids: what they are made of, and the file of the keys. They outlive every process that makes them. */
@NullMarked
package io.openclickstream.schemas.pseudonym;

import org.jspecify.annotations.NullMarked;
