package org.imapmirror.mailstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.LoginAs.Challenged.Mechanism;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.testing.DovecotServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Logins that do not send the password.
@Tag("dovecot")
class ChallengeDovecotIT {
    @Test
    void everyMechanismLogsInAndRefusesAWrongPassword() throws Exception {
        try (DovecotServer server =
                DovecotServer.launch(
                        1, "auth_mechanisms = plain cram-md5 scram-sha-1 scram-sha-256")) {
            Endpoint endpoint =
                    new Endpoint(
                            "dovecot",
                            server.host(),
                            server.imapPort(),
                            Endpoint.Tls.NONE,
                            new Trust.System());
            for (Mechanism mechanism : Mechanism.values()) {
                LoginAs right =
                        new LoginAs.Challenged(server.user(1), server.password(1), mechanism);
                try (ImapStore store = ImapStore.open(endpoint, right, ClientLimits.DEFAULT)) {
                    assertThat(store.list()).as(mechanism.wireName()).isNotEmpty();
                }
                LoginAs wrong = new LoginAs.Challenged(server.user(1), "wrong", mechanism);
                assertThatThrownBy(() -> ImapStore.open(endpoint, wrong, ClientLimits.DEFAULT))
                        .as(mechanism.wireName())
                        .isInstanceOfSatisfying(
                                StoreException.class,
                                e -> assertThat(e.kind()).isEqualTo(Kind.LOGIN_REFUSED));
            }
        }
    }
}
