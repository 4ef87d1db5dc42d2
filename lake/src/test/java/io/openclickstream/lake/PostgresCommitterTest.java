package io.openclickstream.lake;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same with a catalog in a real PostgreSQL. */
class PostgresCommitterTest extends LakeCommitterTest {
    private static PostgresServer postgres;

    @BeforeAll
    static void startPostgres() throws Exception {
        postgres = PostgresServer.start();
    }

    @AfterAll
    static void endPostgres() throws Exception {
        if (postgres != null) {
            postgres.close();
        }
    }

    @Override
    TestLake newLake(Path in) throws Exception {
        String database = postgres.newDatabase();
        return new TestLake(in.resolve("lake"), database, Map.of("jdbc.user", PostgresServer.USER));
    }
}
