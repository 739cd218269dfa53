package org.imapmirror.imap;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/// Listens to the client's side of an AUTHENTICATE exchange to learn who logs in. It judges
/// nothing: only the server's tagged OK makes what was learnt true.
public final class Sasl {
    /// Who logs in.
    ///
    /// @param account who is acted for: the authorization identity where one is given, else `login`
    /// @param login who proves to be somebody
    /// @param password null where only a token or a proof is on the wire
    /// @param onBehalf `login` acts for somebody else: the password is not the account's
    public record Identity(
            String account, String login, @Nullable String password, boolean onBehalf) {

        /// As told by LOGIN.
        public static Identity of(String login, @Nullable String password) {
            return new Identity(login, login, password, false);
        }

        private static Identity of(String authzid, String login, @Nullable String password) {
            return authzid.isEmpty() || authzid.equals(login)
                    ? of(login, password)
                    : new Identity(authzid, login, password, true);
        }

        /// Splits master-user logins: with the separator `*`, the login `alice*admin` acts for
        /// alice.
        ///
        /// @param separator empty where the server has none
        public Identity withMaster(String separator) {
            int at = separator.isEmpty() || onBehalf ? -1 : login.indexOf(separator);
            return at <= 0 ? this : new Identity(login.substring(0, at), login, password, true);
        }

        /// Without the password.
        @Override
        public String toString() {
            return "Identity[" + account + (onBehalf ? " by " + login : "") + "]";
        }
    }

    private enum Mechanism {
        PLAIN,
        LOGIN,
        XOAUTH2,
        OAUTHBEARER,
        SCRAM
    }

    private final Mechanism mechanism;
    private int responses;
    private @Nullable String user;
    private @Nullable Identity identity;

    private Sasl(Mechanism mechanism) {
        this.mechanism = mechanism;
    }

    /// @return null for a mechanism whose messages do not tell the user, or are not known
    public static @Nullable Sasl of(String mechanism) {
        return switch (mechanism.toUpperCase(Locale.ROOT)) {
            case "PLAIN" -> new Sasl(Mechanism.PLAIN);
            case "LOGIN" -> new Sasl(Mechanism.LOGIN);
            case "XOAUTH2" -> new Sasl(Mechanism.XOAUTH2);
            case "OAUTHBEARER" -> new Sasl(Mechanism.OAUTHBEARER);
            case "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512" -> new Sasl(Mechanism.SCRAM);
            default -> null;
        };
    }

    /// Who logs in; null as long as it has not been said. The password may come later.
    public @Nullable Identity identity() {
        return identity;
    }

    /// A line of the client, without its line end, or the initial response of the command line:
    /// base64, `=` for an empty initial response (RFC 4959), or `*` to cancel.
    ///
    /// @throws MalformedException where it is not what the mechanism sends; the server will refuse
    ///   it
    public void client(byte[] line) throws MalformedException {
        String text = new String(line, StandardCharsets.ISO_8859_1);
        if (text.equals("*")) {
            responses = Integer.MAX_VALUE;
            identity = null;
            return;
        }
        if (responses == Integer.MAX_VALUE) {
            return;
        }
        byte[] message = decode(text);
        int n = ++responses;
        switch (mechanism) {
            case PLAIN -> {
                if (n == 1) {
                    plain(message);
                }
            }
            case LOGIN -> login(n, message);
            case XOAUTH2 -> {
                if (n == 1) {
                    xoauth2(ImapText.decode(message));
                }
            }
            case OAUTHBEARER -> {
                if (n == 1) {
                    bearer(ImapText.decode(message));
                }
            }
            case SCRAM -> {
                if (n == 1) {
                    scram(ImapText.decode(message));
                }
            }
        }
    }

    private static byte[] decode(String base64) throws MalformedException {
        try {
            return base64.equals("=") ? new byte[0] : Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException _) {
            throw new MalformedException("base64", 0);
        }
    }

    private void plain(byte[] message) throws MalformedException {
        int first = indexOfNul(message, 0);
        int second = first < 0 ? -1 : indexOfNul(message, first + 1);
        if (second < 0 || indexOfNul(message, second + 1) >= 0 || second == first + 1) {
            throw new MalformedException("authzid NUL authcid NUL passwd", 0);
        }
        identity =
                Identity.of(
                        part(message, 0, first),
                        part(message, first + 1, second),
                        part(message, second + 1, message.length));
    }

    private static int indexOfNul(byte[] message, int from) {
        for (int i = from; i < message.length; i++) {
            if (message[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    private static String part(byte[] message, int from, int to) {
        return ImapText.decode(Arrays.copyOfRange(message, from, to));
    }

    private void login(int n, byte[] message) throws MalformedException {
        String known = user;
        if (n == 1) {
            if (message.length == 0) {
                throw new MalformedException("a user name", 0);
            }
            user = ImapText.decode(message);
            identity = Identity.of(user, null);
        } else if (n == 2 && known != null) {
            identity = Identity.of(known, ImapText.decode(message));
            user = null;
        }
    }

    private void xoauth2(String message) throws MalformedException {
        for (String field : message.split("\u0001")) {
            if (field.startsWith("user=") && field.length() > 5) {
                identity = Identity.of(field.substring(5), null);
                return;
            }
        }
        throw new MalformedException("user=", 0);
    }

    /// RFC 7628: the name is in the header, and may be missing; then only the token knows.
    private void bearer(String message) throws MalformedException {
        List<String> header = header(message);
        if (!header.get(1).isEmpty()) {
            identity = Identity.of(header.get(1), null);
        }
    }

    /// RFC 5802 section 7, client-first-message.
    private void scram(String message) throws MalformedException {
        List<String> header = header(message);
        String bare = header.get(2);
        int comma = bare.indexOf(',');
        if (!bare.startsWith("n=") || comma < 3) {
            throw new MalformedException("n=", message.length() - bare.length());
        }
        identity = Identity.of(header.get(1), saslName(bare.substring(2, comma)), null);
    }

    /// The parts of `gs2-header rest`: channel binding, authorization identity, rest (RFC 5801).
    private static List<String> header(String message) throws MalformedException {
        int first = message.indexOf(',');
        int second = first < 0 ? -1 : message.indexOf(',', first + 1);
        if (second < 0) {
            throw new MalformedException("a GS2 header", 0);
        }
        String authzid = message.substring(first + 1, second);
        if (!authzid.isEmpty() && !authzid.startsWith("a=")) {
            throw new MalformedException("a=", first + 1);
        }
        return List.of(
                message.substring(0, first),
                authzid.isEmpty() ? "" : saslName(authzid.substring(2)),
                message.substring(second + 1));
    }

    private static String saslName(String text) throws MalformedException {
        String name = text.replace("=2C", ",").replace("=2c", ",");
        StringBuilder out = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) != '=') {
                out.append(name.charAt(i));
            } else if (name.regionMatches(true, i, "=3D", 0, 3)) {
                out.append('=');
                i += 2;
            } else {
                throw new MalformedException("=2C or =3D", i);
            }
        }
        return out.toString();
    }
}
