package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.LargeMail;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.RawImap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// A compressed client, with a real server behind it and what it does on the mirror.
@Tag("dovecot")
class CompressIT {
    private static final long SIZE = 20_000_000;

    @TempDir Path directory;

    @Test
    void whatACompressedClientDoesIsOnTheMirror() throws Exception {
        try (MirrorWorld world = new MirrorWorld(directory, "");
                RawImap client = RawImap.login(world.through(1))) {
            LargeMail mail = new LargeMail(1, SIZE);
            client.compress();
            client.append("INBOX", mail.size(), mail::writeTo);
            client.send("APPEND INBOX {9+}\r\nA: B\r\n\r\nC");
            client.command("CREATE Work");
            client.command("SELECT INBOX");
            MessageDigest digest = LargeMail.sha256();
            client.literalsTo(digest::update);
            client.command("FETCH 1 BODY[]");
            assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(mail.digest());

            String idle = client.send("IDLE");
            client.awaitLine("\\+ .*");
            try (RawImap other = RawImap.login(world.through(1))) {
                other.append("INBOX", Mail.message("pushed", "text"));
            }
            client.awaitLine("\\* 3 EXISTS");
            client.line("DONE");
            client.await(idle, _ -> {});
            client.command("STORE 2 +FLAGS (\\Flagged later)");
            client.command("MOVE 3 Work");
            List<String> farewell = new ArrayList<>();
            client.command("LOGOUT", farewell::add);
            assertThat(farewell).anyMatch(line -> line.startsWith("* BYE"));

            world.awaitMirrored();
            assertThat(world.difference(1)).isEmpty();
            world.assertHealthy();
        }
    }
}
