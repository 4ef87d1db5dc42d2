package io.openclickstream.schemas.lake;

import java.util.List;

/**
 * A whole file that nobody sees yet.
 *
 * @param table whose rows it holds
 * @param location where it will be
 * @param ingestionHour hours since 1970-01-01T00:00Z, of all its rows
 * @param upload what makes it visible, as the file system wrote it
 * @param uploadVersion of that
 */
@SuppressWarnings("ArrayRecordComponent") // nobody changes what is in it
public record LakeFile(
        String table,
        String location,
        long ingestionHour,
        long rows,
        long bytes,
        List<LakeColumn> columns,
        byte[] upload,
        int uploadVersion) {
    public LakeFile {
        columns = List.copyOf(columns);
    }
}
