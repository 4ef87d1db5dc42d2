package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A certificate that has signed itself, and its key, as PEM files; made by the JDK's keytool. */
record TestTls(Path certificate, Path key) {
    private static final String PASSWORD = "only-for-this-file";

    /** A certificate for localhost and a subject such as {@code CN=server}. */
    static TestTls make(Path folder, String name, String subject) throws Exception {
        Path store = folder.resolve(name + ".p12");
        generate(store, "own", "-dname", subject, "-ext", "SAN=dns:localhost,ip:127.0.0.1", "-validity", "30");
        TestTls made = write(folder, name, keys(store), "own");
        Files.delete(store);
        return made;
    }

    /** Adds a pair of keys and its certificate to a store, which is made where there is none. */
    static void generate(Path store, String alias, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        command.addAll(List.of(more));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).as(said).isZero();
    }

    static KeyStore keys(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    /** What a store has under an alias, as files of a name. */
    static TestTls write(Path folder, String name, KeyStore keys, String alias) throws Exception {
        var made = new TestTls(folder.resolve(name + ".crt"), folder.resolve(name + ".key"));
        Files.writeString(
                made.certificate, pem("CERTIFICATE", keys.getCertificate(alias).getEncoded()));
        Files.writeString(
                made.key,
                pem("PRIVATE KEY", keys.getKey(alias, PASSWORD.toCharArray()).getEncoded()));
        return made;
    }

    static String pem(String kind, byte[] der) {
        return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
                .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
    }
}
