package io.openclickstream.lake;

import java.io.IOException;
import java.nio.file.Path;

/** The same with a catalog in a file. */
class SqliteCommitterTest extends LakeCommitterTest {
    @Override
    TestLake newLake(Path in) throws IOException {
        return new TestLake(in.resolve("lake"), "jdbc:sqlite:" + in.resolve("catalog.db"));
    }
}
