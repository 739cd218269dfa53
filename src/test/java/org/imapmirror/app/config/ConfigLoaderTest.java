package org.imapmirror.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.imapmirror.app.config.Config.Sweep;
import org.imapmirror.event.Account;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.ProxyHeader;
import org.imapmirror.imap.Trust;
import org.imapmirror.proxy.Network;
import org.imapmirror.proxy.ProxyLimits;
import org.imapmirror.replicate.SweepRules;
import org.imapmirror.route.Mirror;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;

class ConfigLoaderTest {
    private static final String MINIMAL =
            """
            listeners: [{bind: "127.0.0.1:1143", tls: none}]
            servers:
              old: {address: "imap.old.example:993"}
              new: {address: "imap.new.example:143"}
            route: {primary: old, mirrors: [{server: new}]}
            """;

    @TempDir Path folder;

    @Test
    void smallestFileHasDefaults() throws Exception {
        Config config = load(MINIMAL);

        assertThat(config.listeners())
                .containsExactly(
                        new Config.Listener(
                                new InetSocketAddress("127.0.0.1", 1143), Endpoint.Tls.NONE));
        assertThat(config.tls()).isNull();
        assertThat(config.server("old").endpoint())
                .isEqualTo(
                        new Endpoint(
                                "old",
                                "imap.old.example",
                                993,
                                Endpoint.Tls.IMPLICIT,
                                new Trust.System()));
        assertThat(config.server("new").endpoint().tls()).isEqualTo(Endpoint.Tls.STARTTLS);
        assertThat(config.server("new").login()).isEqualTo(new ServerLogin.Captured());
        assertThat(config.server("new").limits()).isEqualTo(Config.ServerLimits.DEFAULT);
        assertThat(config.routes().mirrorsOf(new Account("anybody")))
                .containsExactly(new Mirror("new", Mirror.Mode.MIRROR, Mirror.Deletes.APPLY));
        assertThat(config.journal())
                .isEqualTo(
                        new Config.Journal(
                                Path.of("/var/lib/imapmirror/journal"),
                                20_000_000_000L,
                                Duration.ofMillis(250),
                                32_768,
                                null));
        assertThat(config.sweep())
                .isEqualTo(
                        new Sweep(
                                Duration.ofHours(1),
                                Duration.ofSeconds(60),
                                Sweep.Watch.ACTIVE,
                                Duration.ofDays(7),
                                List.of(),
                                600));
        assertThat(config.admin())
                .isEqualTo(new Config.Admin(new InetSocketAddress("127.0.0.1", 8143), null));
    }

    @Test
    void everythingWrongIsToldAtOnce() {
        ConfigException e =
                fails(
                        """
                        listeners:
                          - {bind: "127.0.0.1:1143", tls: ssl, proxy-protocol: true}
                          - {tls: none, compress: true}
                        servers:
                          old:
                            address: "imap.old.example:993"
                            trust: /no/such/file.pem
                            login: {method: master, user: admin}
                          new: {adress: "imap.new.example:143", limits: {connections: 0}}
                          third: {address: "imap.old.example:143", login: {method: oauth2}}
                        route:
                          primary: odl
                          mirrors: [{server: new, mode: archiv, deletes: sometimes}]
                        sweep: {every: 3600, watch: off}
                        journal: {max-bytes: 1_000, max-hold: 0143}
                        jornal: {}
                        admin: {bind: "0.0.0.0:8143"}
                        """);

        assertThat(e.problems())
                .extracting(Problem::key)
                .containsExactlyInAnyOrder(
                        "listeners[0].tls",
                        "listeners[0].proxy-protocol",
                        "listeners[1].bind",
                        "listeners[1].compress",
                        "tls.certificate",
                        "tls.key",
                        "servers.old.trust",
                        "servers.old.login.user",
                        "servers.old.login.password",
                        "servers.new.address",
                        "servers.new.adress",
                        "servers.new.limits.connections",
                        "servers.third.login.method",
                        "route.primary",
                        "route.mirrors[0].mode",
                        "route.mirrors[0].deletes",
                        "sweep.every",
                        "sweep.watch",
                        "journal.max-bytes",
                        "journal.max-hold",
                        "jornal",
                        "admin.token");
        assertThat(e)
                .hasMessageContaining(folder.resolve("imapmirror.yaml") + " has 22 errors")
                .hasMessageContaining(
                        "listeners[0].tls: \"ssl\" is not one of none, starttls, implicit")
                .hasMessageContaining("servers.new.adress: is not a known key")
                .hasMessageContaining("did you mean address?")
                .hasMessageContaining("route.primary: \"odl\" is not in servers")
                .hasMessageContaining("did you mean old?")
                .hasMessageContaining("sweep.watch: \"off\" is not one of none, active, all")
                .hasMessageContaining("\"archiv\" is not one of mirror, archive")
                .hasMessageContaining(
                        "jornal: is not a known key\n    remedy: did you mean journal?");
        assertThat(e.problems()).allSatisfy(p -> assertThat(p.remedy()).isNotBlank());
    }

    @Test
    void clientsAddressesAreTakenAndPassedOn() throws Exception {
        Config config =
                load(
                        """
                        listeners:
                          - {bind: "127.0.0.1:1143", tls: none, proxy-protocol: {from: ["10.0.0.0/8", "::1"]}}
                          - {bind: "127.0.0.1:1144", tls: none, proxy-protocol: false}
                        servers:
                          old: {address: "a:993", proxy-protocol: v2, pass-client-address: id}
                          new: {address: "b:993"}
                        route: {primary: old, mirrors: [{server: new}]}
                        """);
        assertThat(config.listeners().getFirst().headerFrom())
                .containsExactly(Network.parse("10.0.0.0/8"), Network.parse("::1/128"));
        assertThat(config.listeners().get(1).headerFrom()).isEmpty();
        assertThat(config.server("old").endpoint().passing())
                .isEqualTo(new Endpoint.Passing(ProxyHeader.Version.V2, true));
        assertThat(config.server("new").endpoint().passing()).isEqualTo(Endpoint.Passing.NONE);
    }

    @Test
    void limitsAreRead() throws Exception {
        Config config =
                load(
                        MINIMAL
                                + """
                                limits:
                                  line: 128KiB
                                  literal: 50MB
                                  per-address: 30
                                  trusted-addresses: ["10.0.0.0/8"]
                                  failed-logins: {free: 5}
                                """);
        ProxyLimits limits = config.limits();
        assertThat(limits.commands())
                .isEqualTo(new ProxyLimits.Commands(128 * 1024, 1000, 50_000_000, 100, 1024));
        assertThat(limits.clients().perAddress()).isEqualTo(30);
        assertThat(limits.clients().trusted()).containsExactly(Network.parse("10.0.0.0/8"));
        assertThat(limits.clients().failed().free()).isEqualTo(5);
        assertThat(limits.login()).isEqualTo(ProxyLimits.Login.DEFAULTS);
        assertThat(limits.times()).isEqualTo(ProxyLimits.Times.DEFAULTS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    line: 1KiB                                         | line
                    line-before-login: 0                               | line-before-login
                    literals: 0                                        | literals
                    idle-time: 10m                                     | idle-time
                    trusted-addresses: [everybody]                     | trusted-addresses
                    failed-logins: {delay: 10s, longest-delay: 5s}     | failed-logins.longest-delay
                    failed-logins: {remembered: 0}                     | failed-logins.remembered
                    """)
    void limitsThatMakeNoSenseAreNamed(String value, String key) {
        ConfigException e = fails(MINIMAL + "limits:\n  " + value + "\n");
        assertThat(e.problems()).extracting(Problem::key).containsExactly("limits." + key);
    }

    @Test
    void listenerOnWhichNobodyCouldLogInIsNamed() {
        ConfigException e =
                fails(MINIMAL.replace("tls: none", "tls: none, login-without-tls: false"));
        assertThat(e).hasMessageContaining("leaves no way to log in");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    true                     | proxy-protocol      | does not say whose headers
                    yes                      | proxy-protocol      | is not false
                    {from: []}               | proxy-protocol.from | names no network
                    {from: [10.0.0.1/8]}     | proxy-protocol.from | has bits behind its prefix
                    {from: [localhost]}      | proxy-protocol.from | is not an address or network
                    {form: [10.0.0.0/8]}     | proxy-protocol.form | did you mean from?
                    """)
    void proxyProtocolSaysWhoIsBelieved(String value, String key, String message) {
        ConfigException e =
                fails(MINIMAL.replace("tls: none", "tls: none, proxy-protocol: " + value));
        assertThat(e.problems()).extracting(Problem::key).contains("listeners[0]." + key);
        assertThat(e).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    servers.old.login.password      | {method: master, user: '{user}*m', password: ''}
                    servers.old.login.password      | {method: master, user: '{user}*m', password: [hunter2, b]}
                    servers.old.login.password      | {method: master, user: '{user}*m', password: '${env:GONE}'}
                    servers.old.login.password      | {method: captured, password: hunter2}
                    servers.old.login.passwrod      | {method: captured, passwrod: hunter2}
                    servers.old.login               | hunter2
                    servers.old.login.method        | {method: hunter}
                    servers.old.login.user          | {method: authzid, user: '{user}', password: hunter2}
                    servers.old.login.file          | {method: table, file: /no/such/file}
                    """)
    void badLoginIsToldWithoutItsSecret(String key, String login) {
        ConfigException e =
                fails(MINIMAL.replace(":993\"}", ":993\", login: " + login.strip() + "}"));
        assertThat(e.problems()).extracting(Problem::key).contains(key.strip());
        assertThat(e.getMessage()).doesNotContain("hunter2");
    }

    @Test
    void syntaxErrorIsToldWithItsPlaceAndNotItsText() {
        ConfigException e = fails("servers:\n  old: {password: hunter2, address: [}\n");
        assertThat(e).hasMessageContaining("line 2, column").hasMessageNotContaining("hunter2");
        assertThat(fails("a: 1\na: 2\n")).hasMessageContaining("duplicate key");
        assertThat(fails("")).hasMessageContaining("is empty");
        assertThat(fails("- a\n")).hasMessageContaining("not a set of keys");
        assertThat(fails("a: !!java.net.URL [x]\n")).hasMessageContaining("YAML");
    }

    @Test
    void missingFileIsToldByName() {
        Path missing = folder.resolve("missing.yaml");
        ConfigException e =
                catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(missing));
        assertThat(e)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("does not exist");
    }

    @Test
    void valuesStayAsTheyAreWritten() throws Exception {
        Config config =
                load(
                        MINIMAL.replace(
                                ":993\"}",
                                ":993\", login: {method: master, user: '{user}*m', password:"
                                        + " 00123}}"));
        assertThat(config.server("old").login())
                .isEqualTo(new ServerLogin.Master("{user}*m", new Secret("00123")));
        assertThat(config.toString()).doesNotContain("00123");
        assertThat(load(MINIMAL + "sweep: {every: never, after-cut: 5s, watch: none}\n").sweep())
                .isEqualTo(
                        new Sweep(
                                null,
                                Duration.ofSeconds(5),
                                Sweep.Watch.NONE,
                                Duration.ofDays(7),
                                List.of(),
                                600));
        assertThat(
                        load(MINIMAL
                                        + "sweep: {full-every: never, accounts-per-minute: 7,"
                                        + " between: [\"22:00-06:00\", \"12:15 - 13:45\"]}\n")
                                .sweep())
                .isEqualTo(
                        new Sweep(
                                Duration.ofHours(1),
                                Duration.ofSeconds(60),
                                Sweep.Watch.ACTIVE,
                                null,
                                List.of(
                                        new SweepRules.Times(
                                                LocalTime.of(22, 0), LocalTime.of(6, 0)),
                                        new SweepRules.Times(
                                                LocalTime.of(12, 15), LocalTime.of(13, 45))),
                                7));
        assertThat(load(MINIMAL + "sweep: {between: \"00:00-05:30\"}\n").sweep().between())
                .containsExactly(new SweepRules.Times(LocalTime.MIDNIGHT, LocalTime.of(5, 30)));
        assertThatThrownBy(() -> load(MINIMAL + "sweep: {between: \"night\"}\n"))
                .hasMessageContaining("sweep.between")
                .hasMessageContaining("22:00-06:00");
        assertThatThrownBy(() ->
                        load(
                                MINIMAL.replace(
                                        ":993\"}", ":993\", limits: {bytes-per-second: 100B}}")))
                .hasMessageContaining("bytes-per-second")
                .hasMessageContaining("1KiB");
        assertThat(
                        load(MINIMAL.replace(
                                        ":993\"}",
                                        ":993\", limits: {bytes-per-second: 2MB,"
                                                + " messages-per-second: 50}}"))
                                .server("old")
                                .limits())
                .isEqualTo(new Config.ServerLimits(50, 2_000_000, 50));
        assertThatThrownBy(() -> load(MINIMAL + "sweep: {between: \"06:00-06:00\"}\n"))
                .hasMessageContaining("sweep.between");
    }

    @Test
    void secretsComeFromFileAndEnvironment() throws Exception {
        Path file = Files.writeString(folder.resolve("secret"), "from-${file}\n");
        Config config =
                load(
                        MINIMAL.replace(
                                        ":993\"}",
                                        ":993\", login: {method: authzid, user: admin, password:"
                                                + " \"${file:UTF-8:"
                                                + file
                                                + "}\"}}")
                                + "admin: {bind: '0.0.0.0:9000', token: '${env:TOKEN}'}\n");
        assertThat(config.server("old").login())
                .isEqualTo(new ServerLogin.Authzid("admin", new Secret("from-${file}")));
        assertThat(config.admin().token()).isEqualTo(new Secret("from-environment"));
        assertThat(config.toString()).doesNotContain("from-");
    }

    @Test
    void tokenMustFitIntoAHeader() {
        assertThat(fails(MINIMAL + "admin: {token: 'schlüssel'}\n"))
                .hasMessageContaining("admin.token")
                .hasMessageNotContaining("schl");
    }

    @Test
    void mirrorMayNotBeThePrimary() {
        assertThat(fails(MINIMAL.replace("server: new", "server: old")))
                .hasMessageContaining("route.mirrors[0].server: \"old\" is the primary");
        assertThat(fails(MINIMAL.replace("imap.new.example:143", "IMAP.old.example:993")))
                .hasMessageContaining("copied into themselves");
        assertThat(fails(MINIMAL.replace("{server: new}", "{server: new}, {server: new}")))
                .hasMessageContaining("route.mirrors[1].server: \"new\" is a mirror already");
    }

    @Test
    void proxyMayNotConnectToItself() {
        assertThat(fails(MINIMAL.replace("imap.old.example:993", "127.0.0.1:1143")))
                .hasMessageContaining("servers.old.address")
                .hasMessageContaining("connect to itself");
        assertThat(
                        fails(
                                MINIMAL.replace("imap.old.example:993", "localhost:1143")
                                        .replace("127.0.0.1:1143", "0.0.0.0:1143")))
                .hasMessageContaining("connect to itself");
    }

    @Test
    void accountsAreListedAndCanonical() throws Exception {
        Path file =
                Files.writeString(folder.resolve("accounts"), "# people\nBerta\n\ncarl@other\n");
        Config config =
                load(
                        MINIMAL
                                + """
                                accounts:
                                  include: [Anna, "*@partner.example"]
                                  exclude: [dora]
                                  file: %s
                                  canonical:
                                    default-domain: Example.org
                                    rewrite: [{match: '(.+)@mail\\.example\\.org', replace: "$1@example.org"}]
                                """
                                        .formatted(file));
        var rules = config.routes().rules();
        assertThat(rules.listed())
                .containsExactly(
                        new Account("anna@example.org"),
                        new Account("berta@example.org"),
                        new Account("carl@other"));
        assertThat(rules.canonical("Anna@mail.example.org"))
                .isEqualTo(new Account("anna@example.org"));
        assertThat(rules.mirrored(new Account("x@partner.example"))).isTrue();
        assertThat(rules.mirrored(new Account("dora@example.org"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'*', true", "'', true", "'+', true", "ab, false", "a, false", "'**', false"})
    void masterSeparatorIsOneCharacterOrNone(String separator, boolean right) throws Exception {
        String text = MINIMAL + "accounts: {master-separator: \"" + separator + "\"}\n";
        if (right) {
            assertThat(load(text).routes().rules().masterSeparator()).isEqualTo(separator);
        } else {
            assertThat(fails(text)).hasMessageContaining("accounts.master-separator");
        }
    }

    /// A second empty list was once taken for a key that is not there: everybody was included.
    @Test
    void emptyIncludeBehindAnotherEmptyListIncludesNobody() throws Exception {
        Config config = load(MINIMAL + "accounts: {exclude: [], include: []}\n");
        assertThat(config.routes().mirrorsOf(new Account("alice"))).isEmpty();
    }

    @Test
    void emptyIncludeIncludesNobody() throws Exception {
        Config config = load(MINIMAL + "accounts: {include: []}\n");
        assertThat(config.routes().rules().mirrored(new Account("anna"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    [{match: '(', replace: x}]         | rewrite[0].match
                    [{match: '(.*)@a', replace: '$2'}] | rewrite[0].replace
                    [{match: a}]                       | rewrite[0].replace
                    [{match: a, replace: b, to: c}]    | rewrite[0].to
                    """)
    void badRewriteIsAnError(String rewrite, String key) {
        assertThat(fails(MINIMAL + "accounts: {canonical: {rewrite: " + rewrite.strip() + "}}\n"))
                .hasMessageContaining("accounts.canonical." + key.strip());
    }

    @Test
    void certificateAndKeyMustBelongTogether() throws Exception {
        Config.Identity one = TestIdentity.write(folder, "one", "RSA");
        Config.Identity other = TestIdentity.write(folder, "other", "EC");
        String yaml =
                MINIMAL.replace("tls: none", "tls: starttls")
                        + "tls: {certificate: CRT, key: KEY}\n";

        Config config = load(with(yaml, one.certificate(), one.key()));
        assertThat(config.tls()).isEqualTo(one);
        assertThat(load(with(yaml, other.certificate(), other.key())).tls()).isEqualTo(other);
        assertThat(fails(with(yaml, one.certificate(), other.key())))
                .hasMessageContaining("tls.key")
                .hasMessageContaining("not a key of the certificate's kind (RSA)");
        assertThat(fails(with(yaml, one.key(), one.certificate())))
                .hasMessageContaining("tls.certificate")
                .hasMessageContaining("holds no private key in PEM");
        Path pkcs1 =
                Files.writeString(
                        folder.resolve("pkcs1.key"),
                        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        assertThat(fails(with(yaml, one.certificate(), pkcs1)))
                .hasMessageContaining("not in PKCS#8")
                .hasMessageContaining("openssl pkcs8");
        assertThat(fails(with(yaml, folder, folder.resolve("none"))))
                .hasMessageContaining("is not a file")
                .hasMessageContaining("does not exist");
    }

    private static String with(String yaml, Path certificate, Path key) {
        return yaml.replace("CRT", certificate.toString()).replace("KEY", key.toString());
    }

    private Config load(String yaml) throws Exception {
        Path file = Files.writeString(folder.resolve("imapmirror.yaml"), yaml);
        return ConfigLoader.load(file, Map.of("TOKEN", "from-environment")::get);
    }

    private ConfigException fails(String yaml) {
        return catchThrowableOfType(ConfigException.class, () -> load(yaml));
    }
}
