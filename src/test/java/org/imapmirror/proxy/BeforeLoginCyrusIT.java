package org.imapmirror.proxy;

import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.Tag;

import java.util.Set;

@Tag("cyrus")
class BeforeLoginCyrusIT extends BeforeLoginContract {
    @Override
    RealServer launch() {
        return CyrusServer.launch();
    }

    @Override
    Set<String> hidden() {
        return Set.of(
                "STARTTLS",
                "LOGIN-REFERRALS",
                "MAILBOX-REFERRALS",
                "COMPRESS=DEFLATE",
                "ANNOTATE-EXPERIMENT-1",
                "URLAUTH",
                "URLAUTH=BINARY",
                "DIGEST=SHA1",
                "NO_ATOMIC_RENAME",
                "SCAN",
                "X-CREATEDMODSEQ",
                "X-REPLICATION",
                "X-SIEVE-MAILBOX",
                "XMOVE",
                "X-QUOTA=STORAGE",
                "X-QUOTA=MESSAGE",
                "X-QUOTA=X-ANNOTATION-STORAGE",
                "X-QUOTA=X-NUM-FOLDERS");
    }
}
