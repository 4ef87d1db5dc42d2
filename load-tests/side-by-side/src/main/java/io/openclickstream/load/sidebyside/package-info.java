/**
 * The same work done by our job, by Flink SQL and by the plain DataStream API, each as its users would write it, measured
 * beside each other.
 */
@NullMarked
package io.openclickstream.load.sidebyside;

import org.jspecify.annotations.NullMarked;
