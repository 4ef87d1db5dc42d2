package io.openclickstream.flight;

import java.nio.file.Files;
import java.nio.file.Path;

/** Signs certificates of clients; by the JDK's keytool. */
record TestAuthority(Path folder, Path store, Path certificate) {
    private static final String ALIAS = "authority";

    static TestAuthority make(Path folder) throws Exception {
        Path store = folder.resolve("authority.p12");
        TestTls.generate(store, ALIAS, "-dname", "CN=authority", "-ext", "bc:c", "-validity", "3650");
        Path certificate = folder.resolve("authority.crt");
        Files.writeString(
                certificate,
                TestTls.pem(
                        "CERTIFICATE", TestTls.keys(store).getCertificate(ALIAS).getEncoded()));
        return new TestAuthority(folder, store, certificate);
    }

    /**
     * A certificate that is valid for a day.
     *
     * @param begins when, seen from now, as keytool takes it, such as {@code -2d}
     */
    TestTls sign(String name, String begins) throws Exception {
        Path copy = Files.copy(store, folder.resolve(name + ".p12"));
        TestTls.generate(copy, name, "-dname", "CN=" + name, "-signer", ALIAS, "-startdate", begins, "-validity", "1");
        return TestTls.write(folder, name, TestTls.keys(copy), name);
    }
}
