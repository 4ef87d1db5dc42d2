package io.openclickstream.flight.server;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import io.openclickstream.flight.access.Door;
import io.openclickstream.flight.access.Doorkeeper;
import io.openclickstream.flight.access.IssuerKeys;
import io.openclickstream.flight.access.Jwts;
import io.openclickstream.flight.access.KnownPrincipals;
import io.openclickstream.flight.access.PrincipalFile;
import io.openclickstream.flight.access.UnusableFile;
import io.openclickstream.flight.access.WatchedFile;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who is let in and how connections are encrypted, as the options say; the files behind it may change at any time. */
final class Access {
    private final Doorkeeper doorkeeper;
    private final boolean open;
    private final @Nullable Tls tls;
    private final List<Runnable> looks = new ArrayList<>();

    /** Reads the files. */
    Access(AccessSettings settings, InstantSource clock) throws UnusableFile {
        this.tls = settings.tls() == null ? null : new Tls(settings.tls());
        if (tls != null) {
            looks.add(tls::look);
        }
        this.open = settings.principals() == null && settings.jwt() == null;
        this.doorkeeper = open ? Doorkeeper.OPEN : new Door(known(settings), jwts(settings, clock));
    }

    Doorkeeper doorkeeper() {
        return doorkeeper;
    }

    /** Whether everybody is let in; only for servers that nobody else's machine can reach. */
    boolean isOpen() {
        return open;
    }

    /** Null when connections are not encrypted. */
    @Nullable
    Tls tls() {
        return tls;
    }

    /** Takes up what has changed in the files. Called by one thread. */
    void look() {
        looks.forEach(Runnable::run);
    }

    private Supplier<KnownPrincipals> known(AccessSettings settings) throws UnusableFile {
        if (settings.principals() == null) {
            KnownPrincipals none = KnownPrincipals.none();
            return () -> none;
        }
        var file = new WatchedFile<>(settings.principals(), new PrincipalFile(settings.quota())::parse);
        looks.add(file::look);
        return file::current;
    }

    private @Nullable Jwts jwts(AccessSettings settings, InstantSource clock) throws UnusableFile {
        if (settings.jwt() == null) {
            return null;
        }
        JWKSource<SecurityContext> keys;
        if (settings.jwtKeysFile() != null) {
            WatchedFile<JWKSet> file = new WatchedFile<>(settings.jwtKeysFile(), IssuerKeys::parse);
            looks.add(file::look);
            keys = IssuerKeys.of(file);
        } else if (settings.jwtKeysUrl() != null) {
            keys = IssuerKeys.of(settings.jwtKeysUrl());
        } else {
            throw new IllegalArgumentException("an issuer without keys");
        }
        return new Jwts(settings.jwt(), keys, settings.quota(), clock);
    }
}
