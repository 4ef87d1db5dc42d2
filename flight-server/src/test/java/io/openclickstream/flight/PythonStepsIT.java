package io.openclickstream.flight;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The Python module's own tests, which need no server. */
@Timeout(300)
class PythonStepsIT {
    @Test
    void pass() throws Exception {
        Python.require();
        Python.run("-m", "unittest", "discover", "-s", "tests");
    }
}
