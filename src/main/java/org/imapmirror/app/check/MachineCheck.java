package org.imapmirror.app.check;

import org.imapmirror.app.config.Config;
import org.imapmirror.app.config.Config.Identity;
import org.imapmirror.app.config.Config.Listener;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What this machine has to give: ports, directories, space, a certificate that is still good.
/// Creates nothing.
public final class MachineCheck {
    private static final Duration SOON = Duration.ofDays(14);

    private final Config config;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    public MachineCheck(Config config, Instant now) {
        this.config = config;
        this.now = now;
    }

    public List<Finding> findings() {
        findings.clear();
        int index = 0;
        for (Listener listener : config.listeners()) {
            port("listeners[" + index++ + "].bind", listener.bind());
        }
        port("admin.bind", config.admin().bind());
        Identity tls = config.tls();
        if (tls != null) {
            certificate(tls.certificate());
        }
        Path journal = config.journal().directory().toAbsolutePath();
        directory("journal.directory", journal);
        space(journal, config.journal().maxBytes());
        Path state = config.state().file().toAbsolutePath().getParent();
        if (state != null) {
            directory("state.url", state);
        }
        return List.copyOf(findings);
    }

    private void port(String key, InetSocketAddress bind) {
        String where = bind.getAddress().getHostAddress() + " port " + bind.getPort();
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(bind);
            findings.add(Finding.ok(key, where + " is free"));
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            findings.add(
                    message.contains("Permission denied")
                            ? Finding.error(
                                    key,
                                    where
                                            + " may not be used by "
                                            + System.getProperty("user.name"),
                                    "give it the capability CAP_NET_BIND_SERVICE, as the systemd"
                                            + " unit does, or choose a port above 1023")
                            : message.contains("in use")
                                    ? Finding.warning(
                                            key,
                                            where + " is in use",
                                            "fine if it is this imapmirror that runs already; else"
                                                    + " stop what uses it")
                                    : Finding.error(
                                            key,
                                            where + " cannot be used: " + message,
                                            "name an address of this machine"));
        }
    }

    private void certificate(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            X509Certificate certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(in);
            Instant end = certificate.getNotAfter().toInstant();
            if (end.isBefore(now)) {
                findings.add(
                        Finding.error(
                                "tls.certificate", "it was valid until " + end, "get a new one"));
            } else if (end.isBefore(now.plus(SOON))) {
                findings.add(
                        Finding.warning(
                                "tls.certificate",
                                "it is valid until " + end,
                                "get a new one soon"));
            } else {
                findings.add(Finding.ok("tls.certificate", "it is valid until " + end));
            }
        } catch (IOException | CertificateException e) {
            findings.add(
                    Finding.error(
                            "tls.certificate", "it cannot be read: " + e.getMessage(), "mend it"));
        }
    }

    private void directory(String key, Path directory) {
        Path there = existing(directory);
        if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
            findings.add(
                    Finding.error(
                            key,
                            (there == null ? directory : there)
                                    + " cannot be written by "
                                    + System.getProperty("user.name"),
                            "create " + directory + " for that user, or name another directory"));
        } else if (there.equals(directory)) {
            findings.add(Finding.ok(key, directory + " can be written"));
        } else {
            findings.add(Finding.ok(key, directory + " will be created"));
        }
    }

    private void space(Path directory, long wanted) {
        Path there = existing(directory);
        if (there == null) {
            return;
        }
        try {
            long free = Files.getFileStore(there).getUsableSpace();
            if (free < wanted) {
                findings.add(
                        Finding.warning(
                                "journal.max-bytes",
                                free / 1_000_000
                                        + " MB are free in "
                                        + there
                                        + ", "
                                        + wanted / 1_000_000
                                        + " MB may be used while a mirror is away",
                                "free some, or lower journal.max-bytes"));
            }
        } catch (IOException e) {
            findings.add(
                    Finding.warning(
                            "journal.max-bytes",
                            "free space in " + there + " is not known: " + e.getMessage(),
                            "look yourself"));
        }
    }

    private static @Nullable Path existing(Path directory) {
        Path path = directory;
        while (path != null && !Files.exists(path)) {
            path = path.getParent();
        }
        return path;
    }
}
