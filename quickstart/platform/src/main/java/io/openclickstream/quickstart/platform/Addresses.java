package io.openclickstream.quickstart.platform;

import java.net.URI;

/**
 * Where the platform can be reached.
 *
 * @param kafka bootstrap servers
 * @param topic where clicks go
 * @param s3 the object store's endpoint
 * @param flinkPage Flink's web page and REST API
 * @param flight where live tables are read with Arrow Flight
 * @param flightHttp the Flight server's live page, tables over HTTP, health and metrics
 */
public record Addresses(String kafka, String topic, URI s3, URI flinkPage, URI flight, URI flightHttp) {
    static Addresses of(Ports ports, String topic) {
        return new Addresses(
                "localhost:" + ports.kafka(),
                topic,
                URI.create("http://localhost:" + ports.s3()),
                URI.create("http://localhost:" + ports.flinkPage()),
                URI.create("grpc://localhost:" + ports.flight()),
                URI.create("http://localhost:" + ports.flightHttp()));
    }
}
