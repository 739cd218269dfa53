package org.imapmirror.mailstore;

/// Credentials for one connection. They compare by value and never show their secrets.
public sealed interface LoginAs {
    /// Who logs in, for messages.
    String user();

    /// LOGIN, or AUTHENTICATE PLAIN without an authorization identity.
    record Plain(String user, String password) implements LoginAs {
        public Plain {
            requireSendable(user, password);
        }

        @Override
        public String toString() {
            return "Plain[" + user + "]";
        }
    }

    /// AUTHENTICATE PLAIN as somebody who may act for others (RFC 4616).
    ///
    /// @param authcid whose password it is
    /// @param authzid who is acted for
    record Authzid(String authcid, String password, String authzid) implements LoginAs {
        public Authzid {
            requireSendable(authcid, password);
            requireSendable(authzid, "");
        }

        @Override
        public String user() {
            return authzid + " (by " + authcid + ")";
        }

        @Override
        public String toString() {
            return "Authzid[" + authcid + " for " + authzid + "]";
        }
    }

    /// LOGIN as an administrator, then PROXYAUTH for somebody else (Sun, iPlanet and Netscape
    /// servers).
    ///
    /// @param admin whose password it is
    /// @param account who is acted for
    record ProxyAuth(String admin, String password, String account) implements LoginAs {
        public ProxyAuth {
            requireSendable(admin, password);
            requireSendable(account, "");
        }

        @Override
        public String user() {
            return account + " (by " + admin + ")";
        }

        @Override
        public String toString() {
            return "ProxyAuth[" + admin + " for " + account + "]";
        }
    }

    /// AUTHENTICATE XOAUTH2 or OAUTHBEARER (RFC 7628) with an access token.
    record Bearer(String user, String token) implements LoginAs {
        public Bearer {
            requireSendable(user, token);
            if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
                throw new IllegalArgumentException(
                        "an access token is a word of visible ASCII characters");
            }
        }

        @Override
        public String toString() {
            return "Bearer[" + user + "]";
        }
    }

    /// AUTHENTICATE with a mechanism that does not send the password: the server gives a challenge.
    record Challenged(String user, String password, Mechanism mechanism) implements LoginAs {
        /// RFC 2195, RFC 5802 and RFC 7677.
        public enum Mechanism {
            CRAM_MD5("CRAM-MD5"),
            SCRAM_SHA_1("SCRAM-SHA-1"),
            SCRAM_SHA_256("SCRAM-SHA-256");

            private final String name;

            Mechanism(String name) {
                this.name = name;
            }

            /// As in a list of capabilities.
            public String wireName() {
                return name;
            }
        }

        public Challenged {
            requireSendable(user, password);
        }

        @Override
        public String toString() {
            return "Challenged[" + user + " by " + mechanism.wireName() + "]";
        }
    }

    private static void requireSendable(String user, String password) {
        if (user.isEmpty() || user.indexOf('\0') >= 0 || password.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "a user name must not be empty, and neither it nor a password may hold NUL");
        }
    }
}
