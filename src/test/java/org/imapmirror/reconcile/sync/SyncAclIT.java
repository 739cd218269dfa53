package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.reconcile.sync.SyncOptions.Extras;
import org.imapmirror.testing.DovecotServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// Rights of other people are copied where that is asked for.
@Tag("dovecot")
class SyncAclIT {
    private static final String ACL =
            "mail_plugins = acl\nprotocol imap {\n  mail_plugins = acl imap_acl\n}\nplugin {\n  acl"
                    + " = vfile\n}\n";

    @TempDir Path directory;

    @Test
    void rightsComeOver() throws Exception {
        try (DovecotServer source = DovecotServer.launch(3, ACL);
                DovecotServer target = DovecotServer.launch(3, ACL);
                ImapStore there = TestSide.of("source", source, 1).open();
                ImapStore here = TestSide.of("target", target, 1).open()) {
            there.create("Team", null);
            there.grant("Team", "user0002", "lrs");
            Options options = Options.ALL.with(new Extras(true, false, true));
            SyncReport report =
                    Syncer.run(
                            TestSide.of("source", source, 1),
                            TestSide.of("target", target, 1),
                            options.get(),
                            directory.resolve("pair.db"),
                            Progress.NONE);
            assertThat(report.warnings()).isEmpty();
            assertThat(here.rights("Team")).isEqualTo(there.rights("Team"));
            assertThat(here.rights("Team")).containsEntry("user0002", "lrs");
        }
    }
}
