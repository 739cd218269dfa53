package org.imapmirror.differential;

import org.imapmirror.app.MirrorWorld;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Order;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.Tag;

/// See [DifferentialContract].
@Tag("cyrus")
class CyrusDifferentialIT extends DifferentialContract {
    @Override
    RealServer primary(int users) {
        return CyrusServer.launch(users);
    }

    @Override
    int commands() {
        return 10_000;
    }

    @Override
    CommandStream stream(long seed, int sessions) {
        return new CommandStream(seed, sessions, false, false);
    }

    /// Dovecot has special uses by its own configuration, and takes none from clients.
    @Override
    String difference(MirrorWorld world, int user) {
        Mailboxes onPrimary = Mailboxes.read(Access.to(world.primary(), user));
        return Mailboxes.read(Access.to(world.mirror(), user))
                .withoutSpecialUses()
                .differencesFrom(onPrimary.withoutSpecialUses(), Order.OF_UIDS);
    }
}
