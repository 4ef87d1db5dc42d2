package io.openclickstream.quickstart.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;

/**
 * Looks at the lake as plain files.
 *
 * @param folder with a folder per dataset
 */
public record Lake(Path folder) {

    /** The lake in a platform's data folder. */
    public static Lake of(Path dataFolder) {
        return new Lake(dataFolder
                .resolve(ChildName.S3.module())
                .resolve(Children.BUCKET)
                .resolve("lake"));
    }

    /** How much is in the lake. */
    public record Size(long files, long bytes) {}

    /** The Parquet files that are there now. */
    public Size size() throws IOException {
        long[] sums = new long[2];
        if (Files.isDirectory(folder)) {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (isParquet(file)) {
                        sums[0]++;
                        sums[1] += attributes.size();
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE; // it was renamed while we looked
                }
            });
        }
        return new Size(sums[0], sums[1]);
    }

    /** Rows of a dataset, such as {@code sessions}, counted in its files by DuckDB. */
    public long rows(String dataset) throws IOException {
        if (!hasParquet(dataset)) {
            return 0;
        }
        String files =
                folder.resolve(dataset).resolve("**").resolve("*.parquet").toString();
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT count(*) FROM read_parquet('%s')".formatted(files.replace("'", "''")))) {
            result.next();
            return result.getLong(1);
        } catch (SQLException e) {
            throw new IOException("DuckDB cannot count the rows of %s: %s".formatted(files, e.getMessage()), e);
        }
    }

    private boolean hasParquet(String dataset) throws IOException {
        Path start = folder.resolve(dataset);
        if (!Files.isDirectory(start)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(start)) {
            return files.anyMatch(Lake::isParquet);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static boolean isParquet(Path file) {
        return file.toString().endsWith(".parquet");
    }
}
