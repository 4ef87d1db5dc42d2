package org.apache.iceberg.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.apache.iceberg.rest.requests.RegisterTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.responses.ConfigResponse;
import org.apache.iceberg.rest.responses.ErrorResponse;

/**
 * A catalog over HTTP: Iceberg's own handlers and forms, over any of its catalogs. Stands in Iceberg's package for the
 * mapper of those forms. Only what a writer of tables asks for.
 */
public final class RestCatalogServer implements AutoCloseable {
    private final Catalog catalog;
    private final HttpServer server;
    private final ObjectMapper json = RESTObjectMapper.mapper();
    private final AtomicInteger answersToLose = new AtomicInteger();

    public RestCatalogServer(Catalog catalog) throws IOException {
        this.catalog = catalog;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Where it is asked. */
    public String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The next changes of tables are made, and then said to have failed. */
    public void loseAnswers(int count) {
        answersToLose.set(count);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            String[] path = exchange.getRequestURI().getPath().substring(1).split("/", -1);
            try {
                RESTResponse response = response(method, path, exchange);
                if (method.equals("POST")
                        && path.length == 5
                        && answersToLose.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                    send(exchange, 503, error(503, "ServiceUnavailableException", "the answer is lost"));
                } else {
                    send(exchange, response == null ? 204 : 200, response);
                }
            } catch (NoSuchTableException | NoSuchNamespaceException e) {
                send(exchange, 404, error(404, e.getClass().getSimpleName(), e.getMessage()));
            } catch (AlreadyExistsException | CommitFailedException e) {
                send(exchange, 409, error(409, e.getClass().getSimpleName(), e.getMessage()));
            }
        }
    }

    private RESTResponse response(String method, String[] path, HttpExchange exchange) throws IOException {
        if (path[1].equals("config")) {
            return ConfigResponse.builder()
                    .withEndpoints(List.of(
                            Endpoint.V1_NAMESPACE_EXISTS,
                            Endpoint.V1_CREATE_NAMESPACE,
                            Endpoint.V1_LIST_TABLES,
                            Endpoint.V1_LOAD_TABLE,
                            Endpoint.V1_REGISTER_TABLE,
                            Endpoint.V1_UPDATE_TABLE))
                    .build();
        }
        var namespaces = (SupportsNamespaces) catalog;
        if (path.length == 2) {
            return CatalogHandlers.createNamespace(namespaces, read(exchange, CreateNamespaceRequest.class));
        }
        Namespace namespace = Namespace.of(path[2]);
        if (path.length == 3) {
            CatalogHandlers.namespaceExists(namespaces, namespace);
            return null;
        }
        if (path[3].equals("register")) {
            return CatalogHandlers.registerTable(catalog, namespace, read(exchange, RegisterTableRequest.class));
        }
        if (path.length == 4) {
            return CatalogHandlers.listTables(catalog, namespace);
        }
        TableIdentifier table = TableIdentifier.of(namespace, path[4]);
        return method.equals("GET")
                ? CatalogHandlers.loadTable(catalog, table, RESTCatalogProperties.SnapshotMode.ALL)
                : CatalogHandlers.updateTable(catalog, table, read(exchange, UpdateTableRequest.class));
    }

    private <T> T read(HttpExchange exchange, Class<T> form) throws IOException {
        return json.readValue(exchange.getRequestBody(), form);
    }

    private static ErrorResponse error(int status, String type, String message) {
        return ErrorResponse.builder()
                .responseCode(status)
                .withType(type)
                .withMessage(message)
                .build();
    }

    private void send(HttpExchange exchange, int status, RESTResponse response) throws IOException {
        boolean isEmpty = response == null || exchange.getRequestMethod().equals("HEAD");
        byte[] content = isEmpty ? new byte[0] : json.writeValueAsBytes(response);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, isEmpty ? -1 : content.length);
        if (!isEmpty) {
            exchange.getResponseBody().write(content);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
