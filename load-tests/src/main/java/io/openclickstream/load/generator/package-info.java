/** Makes realistic clicks from a seed. Pure: no clock, no I/O, no randomness but the seed. */
@NullMarked
package io.openclickstream.load.generator;

import org.jspecify.annotations.NullMarked;
