package org.imapmirror.mailstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.imapmirror.event.Account;
import org.imapmirror.event.Flags;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.testing.DovecotServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// TLS, logins for others, special uses and limits of a real server.
@Tag("dovecot")
@Timeout(60)
class DovecotLoginIT {
    private static DovecotServer dovecot;

    @BeforeAll
    static void start() {
        dovecot =
                DovecotServer.launch(
                        10,
                        """
                        namespace inbox {
                          mailbox Sent {
                            special_use = \\Sent
                            auto = create
                          }
                        }
                        namespace shared {
                          type = public
                          separator = /
                          prefix = Public/
                          location = maildir:%h/../public
                          list = yes
                        }
                        mail_plugins = quota
                        protocol imap {
                          mail_plugins = quota imap_quota
                        }
                        plugin {
                          quota = count:User quota
                          quota_vsizes = yes
                          quota_rule = *:storage=100M
                          quota_rule2 = Small:storage=1
                          quota_max_mail_size = 1M
                        }
                        """);
    }

    @AfterAll
    static void stop() {
        dovecot.close();
    }

    private static Endpoint endpoint(String host, Endpoint.Tls tls, Trust trust) {
        int port = tls == Endpoint.Tls.IMPLICIT ? dovecot.imapsPort() : dovecot.imapPort();
        return new Endpoint("old", host, port, tls, trust);
    }

    private static LoginAs.Plain user(int n) {
        return new LoginAs.Plain(dovecot.user(n), dovecot.password(n));
    }

    private static StoreException fails(Endpoint endpoint, LoginAs login) {
        return catchThrowableOfType(
                StoreException.class, () -> ImapStore.open(endpoint, login, ClientLimits.DEFAULT));
    }

    private static void works(Endpoint endpoint, LoginAs login) throws StoreException {
        try (ImapStore store = ImapStore.open(endpoint, login, ClientLimits.DEFAULT)) {
            assertThat(store.select("INBOX").uidValidity()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Endpoint.Tls.class,
            names = {"STARTTLS", "IMPLICIT"})
    void certificateIsBelievedByItsFileItsFingerprintOrNotAtAll(Endpoint.Tls tls) throws Exception {
        byte[] pem = Files.readAllBytes(dovecot.certificate());
        byte[] der =
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(pem))
                        .getEncoded();
        String print = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
        works(endpoint("localhost", tls, new Trust.Authority(dovecot.certificate())), user(1));
        works(endpoint("127.0.0.1", tls, new Trust.Authority(dovecot.certificate())), user(1));
        works(endpoint("localhost", tls, new Trust.Insecure()), user(1));
        works(endpoint("localhost", tls, new Trust.Fingerprint(print)), user(1));

        StoreException unknown = fails(endpoint("localhost", tls, new Trust.System()), user(1));
        assertThat(unknown.kind()).isEqualTo(Kind.TLS);
        assertThat(unknown).hasMessageContaining("set trust to");
        StoreException other =
                fails(endpoint("localhost", tls, new Trust.Fingerprint("0".repeat(64))), user(1));
        assertThat(other.kind()).isEqualTo(Kind.TLS);
        assertThat(other).hasMessageContaining(print);
    }

    @Test
    void masterUserAndAuthzidActForOthers() throws Exception {
        Endpoint plain = endpoint("127.0.0.1", Endpoint.Tls.NONE, new Trust.System());
        Account account = new Account(dovecot.user(2));
        works(
                plain,
                new LoginMethod.Master("{user}*master", dovecot.masterPassword())
                        .loginFor(account));
        works(plain, new LoginMethod.Authzid("master", dovecot.masterPassword()).loginFor(account));
        assertThat(fails(plain, new LoginAs.Authzid("master", "wrong", "user0002")).kind())
                .isEqualTo(Kind.LOGIN_REFUSED);
    }

    @Test
    void specialUseIsGivenAndSharedMailboxesAreNotListed() throws Exception {
        Endpoint plain = endpoint("127.0.0.1", Endpoint.Tls.NONE, new Trust.System());
        try (ImapStore store = ImapStore.open(plain, user(3), ClientLimits.DEFAULT)) {
            store.create("Public/Team", null);
            store.create("Public", null);
            store.create("Gesendet", "\\Sent");
            store.subscribe("Gesendet");
            Map<String, Listed> listed =
                    store.list().stream().collect(Collectors.toMap(Listed::name, l -> l));
            assertThat(listed).containsKeys("INBOX", "Sent", "Gesendet");
            assertThat(listed.keySet()).noneMatch(name -> name.startsWith("Public"));
            assertThat(listed.get("Sent"))
                    .satisfies(sent -> assertThat(sent.specialUse()).isEqualTo("\\Sent"));
            assertThat(store.status(listed.keySet())).containsOnlyKeys(listed.keySet());
        }
    }

    @Test
    void tooLargeAndOverQuotaAreRefusedAndTheOthersStored() throws Exception {
        Endpoint plain = endpoint("127.0.0.1", Endpoint.Tls.NONE, new Trust.System());
        try (ImapStore store = ImapStore.open(plain, user(4), ClientLimits.DEFAULT)) {
            store.create("Small", null);
            List<Appended> fates = append(store, "INBOX", false, 1000, 2_000_000, 6_000_000, 1000);
            assertThat(fates).hasSize(4);
            assertThat(fates.get(0)).isInstanceOf(Appended.Stored.class);
            assertThat(fates.get(1)).isInstanceOf(Appended.Refused.class);
            assertThat(fates.get(2)).isInstanceOf(Appended.Refused.class);
            assertThat(fates.get(3)).isInstanceOf(Appended.Stored.class);
            assertThat(append(store, "INBOX", true, 1000, 2_000_000, 1000))
                    .allMatch(fate -> fate instanceof Appended.Refused);
            assertThat(store.examine("INBOX").exists()).isEqualTo(2);
            assertThat(append(store, "INBOX", true, 1000, 1000))
                    .allMatch(fate -> fate instanceof Appended.Stored);
        }
    }

    private static List<Appended> append(
            ImapStore store, String mailbox, boolean together, int... sizes)
            throws StoreException, IOException {
        Appender appender = store.appender(mailbox, together);
        for (int size : sizes) {
            byte[] body = new byte[size];
            java.util.Arrays.fill(body, (byte) 'x');
            appender.add(Flags.NONE, null, size, new ByteArrayInputStream(body));
        }
        return appender.finish();
    }
}
