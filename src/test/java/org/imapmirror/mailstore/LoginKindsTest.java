package org.imapmirror.mailstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.imapmirror.mailstore.ScriptedServer.Script;
import org.imapmirror.mailstore.StoreException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/// Logins that no server of Debian has: tokens and PROXYAUTH, octet by octet.
@Timeout(30)
class LoginKindsTest {
    private static final String TOKEN = "ya29.secret-token";

    private static List<String> open(LoginAs login, Script script)
            throws StoreException, IOException {
        try (ScriptedServer server = new ScriptedServer(script)) {
            ImapStore.open(server.endpoint(), login, ClientLimits.DEFAULT).close();
            return server.received();
        }
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static void in(ScriptedServer.Dialogue d) throws IOException {
        d.send(d.tag() + " OK [CAPABILITY IMAP4rev1] in");
        d.send("* LIST (\\Noselect) \"/\" \"\"");
        d.answer("OK listed");
        d.untilGone();
    }

    @Test
    void tokenByXoauth2AtOnce() throws Exception {
        List<String> received =
                open(
                        new LoginAs.Bearer("a@b", TOKEN),
                        d -> {
                            d.send("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready");
                            d.expect("AUTHENTICATE XOAUTH2 ");
                            in(d);
                        });
        String sent = received.getFirst();
        assertThat(decoded(sent.substring(sent.lastIndexOf(' ') + 1)))
                .isEqualTo("user=a@b\u0001auth=Bearer " + TOKEN + "\u0001\u0001");
    }

    @Test
    void tokenByOauthbearerAfterAnInvitation() throws Exception {
        List<String> received =
                open(
                        new LoginAs.Bearer("a=,b", TOKEN),
                        d -> {
                            d.send("* OK [CAPABILITY IMAP4rev1 AUTH=OAUTHBEARER] ready");
                            d.expect("AUTHENTICATE OAUTHBEARER");
                            d.send("+ ");
                            d.line();
                            in(d);
                        });
        assertThat(received.get(0)).endsWith("AUTHENTICATE OAUTHBEARER");
        assertThat(decoded(received.get(1)))
                .startsWith("n,a=a=3D=2Cb,\u0001host=127.0.0.1\u0001port=")
                .endsWith("\u0001auth=Bearer " + TOKEN + "\u0001\u0001");
    }

    @Test
    void refusedTokenIsALoginThatIsRefusedAndNeverShown() {
        assertThatThrownBy(() ->
                        open(
                                new LoginAs.Bearer("a@b", TOKEN),
                                d -> {
                                    d.send("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] r");
                                    d.expect("AUTHENTICATE");
                                    d.send("+ eyJzdGF0dXMiOiI0MDAifQ==");
                                    assertThat(d.line()).isEmpty();
                                    d.send(d.tag() + " NO [AUTHENTICATIONFAILED] no");
                                }))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.kind()).isEqualTo(Kind.LOGIN_REFUSED))
                .hasMessageContaining("a@b")
                .hasMessageNotContaining(TOKEN);
        assertThat(new LoginAs.Bearer("a@b", TOKEN).toString()).doesNotContain(TOKEN);
        assertThatThrownBy(() -> new LoginAs.Bearer("a", "two words"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("two words");
    }

    @Test
    void tokenNeedsAMechanism() {
        assertThatThrownBy(() ->
                        open(
                                new LoginAs.Bearer("a", TOKEN),
                                d -> {
                                    d.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready");
                                    d.untilGone();
                                }))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED));
    }

    @Test
    void administratorActsByProxyauth() throws Exception {
        List<String> received =
                open(
                        new LoginAs.ProxyAuth("admin", "s3cret", "a b"),
                        d -> {
                            d.send("* OK [CAPABILITY IMAP4rev1] ready");
                            d.answer("OK in");
                            d.expect("PROXYAUTH");
                            in(d);
                        });
        assertThat(received.get(0)).contains("LOGIN").contains("admin");
        assertThat(received.get(1)).endsWith("PROXYAUTH \"a b\"");
    }

    @Test
    void serverThatDoesNotProveThePasswordIsNotTrusted() {
        assertThatThrownBy(() ->
                        open(
                                new LoginAs.Challenged(
                                        "a", "s3cret", LoginAs.Challenged.Mechanism.SCRAM_SHA_256),
                                d -> {
                                    d.send("* OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256] r");
                                    d.expect("AUTHENTICATE SCRAM-SHA-256");
                                    d.send("+ ");
                                    String nonce = decoded(d.line()).replaceFirst(".*,r=", "");
                                    String first = "r=" + nonce + "more,s=c2FsdA==,i=4096";
                                    d.send(
                                            "+ "
                                                    + Base64.getEncoder()
                                                            .encodeToString(first.getBytes()));
                                    d.line();
                                    in(d);
                                }))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("did not prove")
                .hasMessageNotContaining("s3cret");
    }
}
