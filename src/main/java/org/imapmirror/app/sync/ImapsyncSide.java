package org.imapmirror.app.sync;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Endpoint.Tls;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.ClientLimits;
import org.imapmirror.mailstore.LoginAs;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A server of an imapsync command line: which ports are tried, how they are secured, who logs in.
///
/// @param number 1 or 2, with which the options end
record ImapsyncSide(ImapsyncArguments arguments, int number) {
    private static final int MILLIS = 1000;
    private static final Pattern BEARER =
            Pattern.compile("user=([^\\x01]+)\\x01auth=Bearer ([^\\x01]+)\\x01\\x01");

    private String option(String name) {
        return "--" + name + number;
    }

    private @Nullable String text(String name) {
        return arguments.text(name + number);
    }

    private String required(String name) throws UsageException {
        String value = text(name);
        if (value == null || value.isEmpty()) {
            throw new UsageException(option(name) + " is missing");
        }
        return value;
    }

    /// @throws UsageException where options contradict each other, or one is missing
    ServerSide open(Consumer<String> warnings) throws UsageException, UnavailableException {
        Candidates servers = servers(warnings);
        String user = required("user");
        return new ServerSide(servers, user, login(user), limits());
    }

    Candidates servers(Consumer<String> warnings) throws UsageException {
        return new Candidates(
                endpoints(),
                warnings,
                "%1$s SSL_ca_file=FILE or %1$s 'SSL_fingerprint=sha256$HEX' says what to believe,"
                                .formatted(option("sslargs"))
                        + " %s SSL_verify_mode=0 that anything is (then somebody in between is not noticed)"
                                .formatted(option("sslargs")));
    }

    /// In the order in which they are tried: port 993 with TLS, then 143 with STARTTLS, never clear
    /// text unless both are switched off.
    List<Endpoint> endpoints() throws UsageException {
        String host = required("host");
        Integer port = port();
        String ssl = text("ssl");
        String tls = text("tls");
        List<Endpoint> found = new ArrayList<>();
        if ("1".equals(ssl)) {
            add(host, port == null ? ServerAddress.IMAPS : port, Tls.IMPLICIT, found);
        } else if ("1".equals(tls)) {
            add(host, port == null ? ServerAddress.IMAP : port, Tls.STARTTLS, found);
        } else if ("0".equals(ssl) && "0".equals(tls)) {
            add(host, port == null ? ServerAddress.IMAP : port, Tls.NONE, found);
        } else if (port != null) {
            boolean implicit = port == ServerAddress.IMAPS;
            if (implicit ? "0".equals(ssl) : "0".equals(tls)) {
                throw new UsageException(
                        option(implicit ? "nossl" : "notls")
                                + " leaves clear text on port "
                                + port
                                + "; if you mean that, add "
                                + option(implicit ? "notls" : "nossl"));
            }
            add(host, port, implicit ? Tls.IMPLICIT : Tls.STARTTLS, found);
        } else {
            if (!"0".equals(ssl)) {
                add(host, ServerAddress.IMAPS, Tls.IMPLICIT, found);
            }
            if (!"0".equals(tls)) {
                add(host, ServerAddress.IMAP, Tls.STARTTLS, found);
            }
        }
        return found;
    }

    private void add(String host, int port, Tls tls, List<Endpoint> into) throws UsageException {
        String name = "host" + number;
        Trust trust = trust();
        if (tls == Tls.NONE) {
            into.add(new Endpoint(name, host, port, tls, new Trust.System()));
        } else if (trust == null) {
            into.add(new Endpoint(name, host, port, tls, new Trust.System()));
            String here = onThisMachine(host);
            if (here != null) {
                // Nobody is in between; not without a word.
                into.add(new Endpoint(name, here, port, tls, new Trust.Insecure()));
            }
        } else {
            into.add(new Endpoint(name, host, port, tls, trust));
        }
    }

    /// The address of a host that is this machine, null for any other. An address, because a name
    /// may mean something else the next time.
    private static @Nullable String onThisMachine(String host) {
        try {
            InetAddress[] all = InetAddress.getAllByName(host);
            return Arrays.stream(all).allMatch(InetAddress::isLoopbackAddress)
                    ? all[0].getHostAddress()
                    : null;
        } catch (UnknownHostException _) {
            // The error comes when it is connected to.
            return null;
        }
    }

    private @Nullable Integer port() throws UsageException {
        String written = text("port");
        if (written == null) {
            return null;
        }
        long port = Long.parseLong(written);
        if (port < 1 || port > 65_535) {
            throw new UsageException(option("port") + " is between 1 and 65535");
        }
        return (int) port;
    }

    /// Null where nothing is said.
    private @Nullable Trust trust() throws UsageException {
        Trust trust = null;
        boolean any = false;
        for (String argument : arguments.all("sslargs" + number)) {
            int at = argument.indexOf('=');
            String key = at < 0 ? argument : argument.substring(0, at);
            String value = at < 0 ? "" : argument.substring(at + 1);
            switch (key) {
                case "SSL_verify_mode" -> {
                    if (value.equals("0")) {
                        any = true;
                    } else if (trust == null) {
                        trust = new Trust.System();
                    }
                }
                case "SSL_ca_file" -> trust = new Trust.Authority(path("sslargs", value));
                case "SSL_fingerprint" -> {
                    try {
                        trust = new Trust.Fingerprint(value.replaceFirst("^sha256\\$", ""));
                    } catch (IllegalArgumentException e) {
                        throw new UsageException(
                                option("sslargs") + " SSL_fingerprint: " + e.getMessage(), e);
                    }
                }
                // The JDK takes TLS 1.2 and 1.3 and nothing older, which is what these are used
                // for.
                case "SSL_version", "SSL_cipher_list", "SSL_hostname" -> {
                    if (value.toLowerCase(Locale.ROOT).startsWith("sslv")) {
                        throw new UsageException(
                                option("sslargs") + " " + argument + " is not safe any more");
                    }
                }
                default ->
                        throw new UsageException(
                                option("sslargs")
                                        + " "
                                        + key
                                        + " cannot be honoured; SSL_verify_mode, SSL_ca_file and"
                                        + " SSL_fingerprint can");
            }
        }
        return trust == null && any ? new Trust.Insecure() : trust;
    }

    private Path path(String name, String text) throws UsageException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new UsageException(option(name) + ": not the path of a file", e);
        }
    }

    /// For a look without a login.
    ClientLimits connectLimits() throws UsageException {
        return limits();
    }

    private ClientLimits limits() throws UsageException {
        double seconds = arguments.decimal("timeout" + number, arguments.decimal("timeout", 120));
        ClientLimits base = ClientLimits.DEFAULT;
        // 0 is "no timeout", which would let a dead connection last for ever.
        Duration wait =
                seconds == 0
                        ? Duration.ofHours(24)
                        : Duration.ofMillis((long) Math.max(1, seconds * MILLIS));
        Duration connect = base.connect().compareTo(wait) < 0 ? base.connect() : wait;
        return base.withTimeouts(connect, wait, wait);
    }

    private LoginAs login(String user) throws UsageException, UnavailableException {
        try {
            LoginAs token = token(user);
            if (token != null) {
                return token;
            }
            LoginAs.Challenged.Mechanism mechanism = mechanism();
            String admin = text("authuser");
            if (mechanism != null) {
                if (admin != null) {
                    throw new UsageException(
                            option("authuser") + " is possible with PLAIN and LOGIN only");
                }
                return new LoginAs.Challenged(user, password(user), mechanism);
            }
            if (admin == null) {
                if (arguments.on("proxyauth" + number)) {
                    throw new UsageException(option("proxyauth") + " needs " + option("authuser"));
                }
                return new LoginAs.Plain(user, password(user));
            }
            return arguments.on("proxyauth" + number)
                    ? new LoginAs.ProxyAuth(admin, password(admin), user)
                    : new LoginAs.Authzid(admin, password(admin), user);
        } catch (IllegalArgumentException e) {
            throw new UsageException(option("user") + ": " + e.getMessage(), e);
        }
    }

    /// Null for PLAIN and LOGIN, of which the server's offer decides.
    private LoginAs.Challenged.@Nullable Mechanism mechanism() throws UsageException {
        String mechanism = text("authmech");
        if (mechanism == null) {
            return arguments.on("authmd5" + number) ? LoginAs.Challenged.Mechanism.CRAM_MD5 : null;
        }
        return switch (mechanism.toUpperCase(Locale.ROOT)) {
            case "PLAIN", "LOGIN" -> null;
            case "CRAM-MD5" -> LoginAs.Challenged.Mechanism.CRAM_MD5;
            case "SCRAM-SHA-1" -> LoginAs.Challenged.Mechanism.SCRAM_SHA_1;
            case "SCRAM-SHA-256" -> LoginAs.Challenged.Mechanism.SCRAM_SHA_256;
            case "XOAUTH2", "OAUTHBEARER" ->
                    throw new UsageException(
                            option("authmech")
                                    + " "
                                    + mechanism
                                    + " needs "
                                    + option("oauthaccesstoken"));
            default ->
                    throw new UsageException(
                            option("authmech")
                                    + " "
                                    + mechanism
                                    + " cannot be honoured; PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-1 and"
                                    + " SCRAM-SHA-256 can, and tokens by "
                                    + option("oauthaccesstoken"));
        };
    }

    private @Nullable LoginAs token(String user) throws UsageException, UnavailableException {
        String token = text("oauthaccesstoken");
        if (token != null) {
            return new LoginAs.Bearer(user, firstLine("oauthaccesstoken", token));
        }
        String direct = text("oauthdirect");
        if (direct == null) {
            return null;
        }
        try {
            String decoded =
                    new String(
                            Base64.getDecoder().decode(firstLine("oauthdirect", direct)),
                            StandardCharsets.UTF_8);
            Matcher matcher = BEARER.matcher(decoded);
            if (matcher.matches()) {
                return new LoginAs.Bearer(matcher.group(1), matcher.group(2));
            }
        } catch (IllegalArgumentException _) {
            // Said below.
        }
        throw new UsageException(
                option("oauthdirect") + " is not base64 of user=...^Aauth=Bearer ...^A^A");
    }

    /// The value itself, or what is in the file of that name.
    private String firstLine(String name, String value) throws UnavailableException {
        try {
            Path file = Path.of(value);
            if (Files.isRegularFile(file)) {
                return Secrets.fromFile(option(name), file).strip();
            }
        } catch (InvalidPathException _) {
            // Then it is the token.
        }
        return value.strip();
    }

    private String password(String whose) throws UsageException, UnavailableException {
        String given = text("password");
        if (given != null) {
            return given;
        }
        String file = text("passfile");
        if (file != null) {
            return Secrets.fromFile(option("passfile"), path("passfile", file));
        }
        String variable = "IMAPSYNC_PASSWORD" + number;
        if (System.getenv(variable) != null) {
            return Secrets.fromEnvironment(variable, variable);
        }
        String typed = Secrets.fromTerminal("Password of " + whose + " at host" + number);
        if (typed == null) {
            throw new UsageException(
                    option("password") + " or " + option("passfile") + " is missing");
        }
        return typed;
    }

    /// Keeps the file of authorities from failing with the first connection only.
    static void check(List<Endpoint> endpoints) throws UsageException {
        for (Endpoint endpoint : endpoints) {
            try {
                if (endpoint.trust() instanceof Trust.Authority authority) {
                    authority.manager();
                }
            } catch (IOException e) {
                throw new UsageException("--sslargs SSL_ca_file: " + e.getMessage(), e);
            }
        }
    }
}
