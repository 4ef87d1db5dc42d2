package io.openclickstream.load.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Properties;
import org.junit.jupiter.api.Test;

class TypedCommandTest {
    private static final String[] MADE = {"--rows=5", "--server.class-path=/machine/of/somebody"};

    @Test
    void whatWasTypedCountsAndNotWhatTheLauncherMadeOfIt() {
        Properties properties = new Properties();
        properties.setProperty("clickstream.command", "./clickstream bench live-read --clicks=5");
        assertThat(TypedCommand.of(properties, TypedCommandTest.class, MADE))
                .isEqualTo("./clickstream bench live-read --clicks=5");
    }

    @Test
    void withoutTheLauncherItIsTheMainAndItsArguments() {
        Properties none = new Properties();
        assertThat(TypedCommand.of(none, TypedCommandTest.class, "--rows=5", "--rounds=2"))
                .isEqualTo("TypedCommandTest --rows=5 --rounds=2");
        assertThat(TypedCommand.of(none, TypedCommandTest.class)).isEqualTo("TypedCommandTest");
    }
}
