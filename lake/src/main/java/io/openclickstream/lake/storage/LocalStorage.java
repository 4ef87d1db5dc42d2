package io.openclickstream.lake.storage;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** Files on a disk. What begins with a dot is not there yet, or not any more. */
final class LocalStorage implements LakeStorage {
    private final SupportsPrefixOperations io = new LocalFiles();

    @Override
    public SupportsPrefixOperations io() {
        return io;
    }

    @Override
    public boolean create(String location, byte[] content) throws IOException {
        Path file = path(location);
        Path whole = written(file, content);
        try {
            Files.createLink(file, whole); // which fails when the name is taken, and gives it to a whole file
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.delete(whole);
        }
    }

    @Override
    public void replace(String location, byte[] content) throws IOException {
        Path file = path(location);
        Files.move(written(file, content), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void upload(Path local, String location) throws IOException {
        Path file = path(location);
        Files.createDirectories(file.getParent());
        Path whole = hidden(file);
        Files.copy(local, whole);
        try (FileChannel channel = FileChannel.open(whole, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public List<UnfinishedUpload> unfinishedUploads(String prefix) {
        return List.of();
    }

    @Override
    public void giveUp(UnfinishedUpload upload) {
        throw new UnsupportedOperationException("There are no uploads on a disk: " + upload);
    }

    @Override
    public void close() {}

    private static Path hidden(Path file) {
        return file.resolveSibling(".%s.%s".formatted(file.getFileName(), UUID.randomUUID()));
    }

    private static Path written(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        Path whole = hidden(file);
        try (FileChannel channel = FileChannel.open(whole, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        return whole;
    }

    private static Path path(String location) {
        return Path.of(location.replaceFirst("^file:/*", "/")); // as it is, which is how Flink takes it, too
    }

    /** Iceberg's own local files, under the URIs they were asked for. */
    private static final class LocalFiles implements SupportsPrefixOperations {
        private static final long serialVersionUID = 1L;

        @Override
        public InputFile newInputFile(String location) {
            return new Input(org.apache.iceberg.Files.localInput(file(location)), location);
        }

        @Override
        public OutputFile newOutputFile(String location) {
            return new Output(org.apache.iceberg.Files.localOutput(file(location)), location);
        }

        @Override
        public void deleteFile(String location) {
            try {
                Files.deleteIfExists(path(location));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** All files whose location begins so, in any folder below. */
        @Override
        public Iterable<FileInfo> listPrefix(String prefix) {
            Path begin = path(prefix);
            Path start = prefix.endsWith("/") || Files.isDirectory(begin) ? begin : begin.getParent();
            if (start == null || !Files.isDirectory(start)) {
                return List.of();
            }
            String base = prefix.substring(0, prefix.indexOf(begin.toString()));
            List<FileInfo> found = new ArrayList<>();
            try {
                Files.walkFileTree(start, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (attributes.isRegularFile() && file.toString().startsWith(begin.toString())) {
                            found.add(new FileInfo(
                                    base + file,
                                    attributes.size(),
                                    attributes.lastModifiedTime().toMillis()));
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    /** A file that has gone in the meantime is none. */
                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                        if (failure instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw failure;
                    }
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return found;
        }

        @Override
        public void deletePrefix(String prefix) {
            Path folder = path(prefix);
            if (!Files.isDirectory(folder)) {
                return;
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static File file(String location) {
            return path(location).toFile();
        }
    }

    private record Input(InputFile file, String location) implements InputFile {
        @Override
        public long getLength() {
            return file.getLength();
        }

        @Override
        public SeekableInputStream newStream() {
            return file.newStream();
        }

        @Override
        public boolean exists() {
            return file.exists();
        }
    }

    private record Output(OutputFile file, String location) implements OutputFile {
        @Override
        public PositionOutputStream create() {
            return file.create();
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
            return file.createOrOverwrite();
        }

        @Override
        public InputFile toInputFile() {
            return new Input(file.toInputFile(), location);
        }
    }
}
