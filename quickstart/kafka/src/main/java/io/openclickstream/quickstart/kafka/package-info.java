/** One Kafka broker in KRaft mode on a folder. */
@NullMarked
package io.openclickstream.quickstart.kafka;

import org.jspecify.annotations.NullMarked;
