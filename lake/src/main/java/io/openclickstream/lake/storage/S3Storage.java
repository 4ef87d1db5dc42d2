package io.openclickstream.lake.storage;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.io.SupportsPrefixOperations;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Uri;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Objects in S3. A store that does not keep {@code If-None-Match} is found out before anything relies on it. */
final class S3Storage implements LakeStorage {
    private static final int IS_THERE = 412;
    private static final int IS_BEING_WRITTEN = 409;
    private static final int ATTEMPTS = 5;
    private static final String ANY_REGION = "us-east-1";

    private final S3Client client;
    private final S3FileIO io;

    S3Storage(S3Access access) {
        client = client(access);
        io = new S3FileIO(() -> client);
        io.initialize(Map.of());
    }

    private static S3Client client(S3Access access) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .forcePathStyle(access.hasPathStyle())
                .crossRegionAccessEnabled(access.endpoint() == null)
                // Other stores than Amazon's do not know the trailers that newer SDKs send with every object.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
        builder.region(region(access));
        if (access.endpoint() != null) {
            builder.endpointOverride(URI.create(access.endpoint()));
        }
        if (access.accessKey() != null && access.secretKey() != null) {
            builder.credentialsProvider(StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(access.accessKey(), access.secretKey())));
        }
        return builder.build();
    }

    /** Elsewhere than at Amazon it is part of the signature and of no other meaning; there any one finds the bucket's. */
    private static Region region(S3Access access) {
        if (access.region() != null) {
            return Region.of(access.region());
        }
        if (access.endpoint() != null) {
            return Region.of(ANY_REGION);
        }
        try {
            return new DefaultAwsRegionProviderChain().getRegion();
        } catch (SdkException e) {
            return Region.of(ANY_REGION);
        }
    }

    @Override
    public SupportsPrefixOperations io() {
        return io;
    }

    @Override
    public boolean create(String location, byte[] content) throws IOException {
        S3Uri place = place(location);
        for (int attempt = 1; ; attempt++) {
            try {
                client.putObject(
                        put -> put.bucket(place.bucket().orElseThrow())
                                .key(place.key().orElseThrow())
                                .ifNoneMatch("*"),
                        RequestBody.fromBytes(content));
                return true;
            } catch (S3Exception e) {
                if (e.statusCode() == IS_THERE) {
                    return false;
                }
                if (e.statusCode() != IS_BEING_WRITTEN || attempt == ATTEMPTS) {
                    throw new IOException("Cannot create %s: %s".formatted(location, e.getMessage()), e);
                }
            } catch (SdkException e) {
                throw new IOException("Cannot create %s: %s".formatted(location, e.getMessage()), e);
            }
        }
    }

    @Override
    public void replace(String location, byte[] content) throws IOException {
        replace(location, RequestBody.fromBytes(content));
    }

    private void replace(String location, RequestBody content) throws IOException {
        S3Uri place = place(location);
        try {
            client.putObject(
                    put -> put.bucket(place.bucket().orElseThrow())
                            .key(place.key().orElseThrow()),
                    content);
        } catch (SdkException e) {
            throw new IOException("Cannot write %s: %s".formatted(location, e.getMessage()), e);
        }
    }

    @Override
    public void upload(Path local, String location) throws IOException {
        replace(location, RequestBody.fromFile(local));
    }

    @Override
    public List<UnfinishedUpload> unfinishedUploads(String prefix) throws IOException {
        S3Uri place = place(prefix);
        String bucket = place.bucket().orElseThrow();
        try {
            return client
                    .listMultipartUploadsPaginator(
                            list -> list.bucket(bucket).prefix(place.key().orElse("")))
                    .uploads()
                    .stream()
                    .map(upload -> new UnfinishedUpload(
                            "%s://%s/%s".formatted(URI.create(prefix).getScheme(), bucket, upload.key()),
                            upload.uploadId(),
                            upload.initiated()))
                    .toList();
        } catch (SdkException e) {
            throw new IOException("Cannot list the uploads below %s: %s".formatted(prefix, e.getMessage()), e);
        }
    }

    @Override
    public void giveUp(UnfinishedUpload upload) throws IOException {
        S3Uri place = place(upload.location());
        try {
            client.abortMultipartUpload(abort -> abort.bucket(place.bucket().orElseThrow())
                    .key(place.key().orElseThrow())
                    .uploadId(upload.id()));
        } catch (NoSuchUploadException e) {
            // Somebody was faster.
        } catch (SdkException e) {
            throw new IOException("Cannot give up %s: %s".formatted(upload, e.getMessage()), e);
        }
    }

    private S3Uri place(String location) {
        return client.utilities().parseUri(URI.create(location.replaceFirst("^s3a:", "s3:")));
    }

    @Override
    public void close() {
        io.close();
        client.close();
    }
}
