package org.imapmirror.app.check;

import org.imapmirror.app.config.Config.Server;
import org.imapmirror.app.config.ServerLogin;
import org.imapmirror.event.Account;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.ClientLimits;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.LoginAs;
import org.imapmirror.mailstore.ServerProbe;
import org.imapmirror.mailstore.StoreException;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// What one server has to give: a connection, security, a login, extensions. Changes nothing there.
final class ServerCheck {
    private final Server server;
    private final boolean mirror;
    private final boolean keepsLogins;
    private final ClientLimits limits;
    private final String subject;
    private final List<Finding> findings = new ArrayList<>();

    /// @param mirror false for the primary
    /// @param keepsLogins captured logins are there after a restart
    ServerCheck(Server server, boolean mirror, boolean keepsLogins, ClientLimits limits) {
        this.keepsLogins = keepsLogins;
        this.server = server;
        this.mirror = mirror;
        this.limits = limits;
        this.subject = "servers." + server.endpoint().name();
    }

    /// @param account whose login is tried
    /// @param login null where there is none to try
    List<Finding> findings(@Nullable Account account, @Nullable LoginAs login) {
        security();
        ServerProbe probe;
        try {
            probe = ServerProbe.of(server.endpoint(), limits);
        } catch (StoreException e) {
            add(Finding.error(subject + ".address", e.text(), remedy(e)));
            return findings;
        }
        add(Finding.ok(subject + ".address", "answers" + secured()));
        if (probe.loginDisabled()) {
            add(
                    Finding.error(
                            subject + ".tls",
                            "the server allows no login on this connection (LOGINDISABLED)",
                            "set tls: starttls or tls: implicit"));
        }
        method();
        if (account == null || login == null) {
            add(Finding.note(subject + ".login", "not tried: " + whyNotTried(account)));
            return findings;
        }
        try (ImapStore store = ImapStore.open(server.endpoint(), login, limits)) {
            int mailboxes = store.list().size();
            add(
                    Finding.ok(
                            subject + ".login",
                            "works for account "
                                    + account
                                    + ", who has "
                                    + mailboxes
                                    + " mailboxes"));
            extensions(store::has);
        } catch (StoreException e) {
            add(Finding.error(subject + ".login", account + ": " + e.text(), remedy(e)));
        }
        return findings;
    }

    private void security() {
        Endpoint endpoint = server.endpoint();
        if (endpoint.tls() == Endpoint.Tls.NONE && !isLoopback(endpoint.host())) {
            add(
                    Finding.warning(
                            subject + ".tls",
                            "none: mail and passwords cross the network in clear text",
                            "set tls: implicit or tls: starttls"));
        }
        if (endpoint.tls() != Endpoint.Tls.NONE && endpoint.trust() instanceof Trust.Insecure) {
            add(
                    Finding.warning(
                            subject + ".trust",
                            "insecure: anybody in between can read and change everything",
                            "set trust: system, or sha256:FINGERPRINT of the server's"
                                    + " certificate"));
        }
    }

    private void method() {
        if (server.login() instanceof ServerLogin.Captured && !keepsLogins) {
            add(
                    Finding.warning(
                            subject + ".login.method",
                            "captured: after a restart, nothing is copied or swept for an account"
                                    + " until one of its clients logs in again",
                            "configure master, authzid or table where the server allows that, or"
                                    + " login.keep: sealed"));
        }
    }

    private String whyNotTried(@Nullable Account account) {
        if (server.login() instanceof ServerLogin.Captured) {
            return "a captured login exists only once a client has logged in";
        }
        return account == null
                ? "name an account to try with --account"
                : "there is no login for account " + account;
    }

    private void extensions(Predicate<String> has) {
        wanted(
                has,
                "UIDPLUS",
                mirror
                        ? "stored messages are found again by searching, and no deletion is applied"
                        : "messages that clients store are matched by comparing, which takes"
                                + " longer");
        wanted(has, "IDLE", "deliveries are noticed by asking from time to time");
        if (mirror) {
            wanted(has, "MOVE", "moves are copies and deletions there");
            wanted(has, "SPECIAL-USE", "the uses of mailboxes (sent, trash) may not be kept there");
        } else {
            wanted(has, "CONDSTORE", "a sweep reads the flags of all messages");
        }
        if (!has.test("LITERAL+") && !has.test("LITERAL-")) {
            add(Finding.note(subject, "no LITERAL+: each message costs a round trip more"));
        }
    }

    private void wanted(Predicate<String> has, String capability, String price) {
        if (!has.test(capability)) {
            add(
                    capability.equals("UIDPLUS")
                            ? Finding.warning(
                                    subject, "no UIDPLUS: " + price, "switch it on in the server")
                            : Finding.note(subject, "no " + capability + ": " + price));
        }
    }

    private String secured() {
        return switch (server.endpoint().tls()) {
            case NONE -> ", without TLS";
            case STARTTLS -> ", secured by STARTTLS";
            case IMPLICIT -> ", secured by TLS";
        };
    }

    private static String remedy(StoreException e) {
        return switch (e.kind()) {
            case UNREACHABLE -> "look at address and port, the firewall, and whether it runs";
            case TLS ->
                    "look at tls, and at trust: the name of the host must be in its certificate,"
                            + " and trust must believe in who issued it";
            case LOGIN_REFUSED ->
                    "look at login: method, user and password, and at the server's log";
            case NO_LOGIN -> "look at login";
            case GONE, RACE -> "try again; look at the server's log";
            case REFUSED, PROTOCOL, UNSUPPORTED ->
                    "look at the server's log, and whether this is its IMAP port";
        };
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return false;
        }
    }

    private void add(Finding finding) {
        findings.add(finding);
    }
}
