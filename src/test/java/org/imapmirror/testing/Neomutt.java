package org.imapmirror.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// neomutt as an interactive client, on a terminal that `script` makes and with the keys that the
/// configuration pushes. It ends with success whatever a key led to, so a test looks at the server
/// afterwards; the output is its screen. Messages are chosen by a pattern for their subject, names
/// of mailboxes are as on the server.
public final class Neomutt {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Access access;
    private final Path directory;

    Neomutt(Access access, Path directory) {
        this.access = access;
        this.directory = directory;
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sets a flag: `!` flagged, `r` replied, `O` old, `N` new (not \Seen).
    public Command set(String mailbox, String subject, char flag) {
        return keys(mailbox, tagged(subject, "<set-flag>" + flag));
    }

    /// Clears a flag, named as for [#set].
    public Command clear(String mailbox, String subject, char flag) {
        return keys(mailbox, tagged(subject, "<clear-flag>" + flag));
    }

    /// Saves messages to another mailbox (made when absent), which copies and deletes them.
    public Command move(String mailbox, String subject, String target) {
        return keys(mailbox, tagged(subject, "<save-message>=" + target + "<enter>"));
    }

    public Command copy(String mailbox, String subject, String target) {
        return keys(mailbox, tagged(subject, "<copy-message>=" + target + "<enter>"));
    }

    public Command delete(String mailbox, String subject) {
        return keys(mailbox, tagged(subject, "<delete-message>"));
    }

    /// Opens a mailbox, presses keys (in the notation of `push`: functions as `<delete-message>`),
    /// writes the changes and quits.
    public Command keys(String mailbox, String keys) {
        Path configuration = directory.resolve("neomuttrc");
        try {
            Files.writeString(configuration, configuration(keys + "<sync-mailbox><quit>"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String command = "neomutt -n -F '%s' -f '=%s'".formatted(configuration, mailbox);
        return Command.run(
                directory,
                Map.of("HOME", directory.toString(), "TERM", "xterm", "LC_ALL", "C.UTF-8"),
                LIMIT,
                "neomutt bsdutils",
                List.of("script", "-q", "-e", "-c", command, "/dev/null"));
    }

    /// The keys that do something with all messages whose subject matches.
    private static String tagged(String subject, String keys) {
        return "<untag-pattern>~A<enter><tag-pattern>~s " + subject + "<enter><tag-prefix>" + keys;
    }

    private String configuration(String keys) {
        String tls =
                switch (access.tls()) {
                    case NONE -> "set ssl_starttls=no ssl_force_tls=no";
                    case STARTTLS -> "set ssl_starttls=yes ssl_force_tls=yes" + trust();
                    case IMPLICIT -> "set ssl_force_tls=yes" + trust();
                };
        return """
        set imap_user="%s" imap_pass="%s"
        set folder="%s://%s:%d/" spoolfile="+INBOX"
        %s
        set quit=yes delete=yes move=no mark_old=no copy=no record=""
        set confirmappend=no confirmcreate=no
        set sleep_time=0 timeout=5 wait_key=no beep=no
        set header_cache="" message_cachedir=""
        set sort=mailbox-order
        push '%s'
        """
                .formatted(
                        access.user(),
                        access.password(),
                        access.tls() == Access.Tls.IMPLICIT ? "imaps" : "imap",
                        access.host(),
                        access.port(),
                        tls,
                        keys);
    }

    private String trust() {
        return " ssl_ca_certificates_file=\"" + access.trusted() + "\"";
    }
}
