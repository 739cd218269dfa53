package org.imapmirror.app.sync;

import org.imapmirror.reconcile.sync.Side;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Where the maps of pairs of accounts are kept, a file and its lock for each pair, so that many
/// runs work side by side.
///
/// @param root created with the first run that is not dry
record StateDirectory(Path root) {
    private static final int READABLE = 40;

    /// The user's own: `$XDG_STATE_HOME/imapmirror/sync`, or `~/.local/state/imapmirror/sync`.
    static StateDirectory ofUser() {
        String base = System.getenv("XDG_STATE_HOME");
        Path state =
                base == null || base.isBlank()
                        ? Path.of(System.getProperty("user.home"), ".local", "state")
                        : Path.of(base);
        return new StateDirectory(state.resolve("imapmirror").resolve("sync"));
    }

    static StateDirectory orOfUser(@Nullable Path given) {
        return given == null ? ofUser() : new StateDirectory(given);
    }

    /// The state file of a pair. Its name tells people whose it is; the digest at its end makes it
    /// differ where that does not.
    Path of(Side source, Side target) {
        String pair = source.identity() + "\n" + target.identity();
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(pair.getBytes(StandardCharsets.UTF_8));
            return root.resolve(
                    readable(source.name())
                            + "--"
                            + readable(target.name())
                            + "-"
                            + HexFormat.of().formatHex(digest, 0, 8)
                            + ".db");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("bug: every JDK has SHA-256", e);
        }
    }

    private static String readable(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9@._-]", "_").replaceAll("^\\.+", "_");
        return plain.length() <= READABLE ? plain : plain.substring(0, READABLE);
    }
}
