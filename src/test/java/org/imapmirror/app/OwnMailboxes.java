package org.imapmirror.app;

import org.imapmirror.testing.WireClient;
import org.imapmirror.testing.WireClient.Reply;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Mailboxes that only one client of a test uses: it makes them, stores messages, renames,
/// subscribes and deletes them at random. Their names tell which one it is after any number of
/// renames, of which the last may have been cut off: `w0.box3.7` is the fourth of client w0.
final class OwnMailboxes {
    private static final int MOST = 4;

    private final RandomWork work;
    private final Random random;
    private final String prefix;
    private final List<String> names = new ArrayList<>();
    private int made;
    private int renamed;

    OwnMailboxes(RandomWork work, Random random) {
        this.work = work;
        this.random = random;
        this.prefix = work.name() + ".box";
    }

    /// Looks which there are, after a connection was cut.
    void find(WireClient client) throws IOException {
        names.clear();
        for (String line : client.command("LIST \"\" " + prefix + "*").orFail().untagged()) {
            if (line.startsWith("* LIST ") && !line.contains("\\Noselect")) {
                names.add(line.substring(line.lastIndexOf(' ') + 1).replace("\"", ""));
            }
        }
    }

    void change(WireClient client) throws IOException {
        if (names.isEmpty() || names.size() < MOST && random.nextInt(6) == 0) {
            create(client);
            return;
        }
        String name = names.get(random.nextInt(names.size()));
        switch (random.nextInt(8)) {
            case 0 -> work.ok(client.command("SUBSCRIBE " + name));
            case 1 -> work.ok(client.command("UNSUBSCRIBE " + name));
            case 2 -> rename(client, name);
            case 3 -> delete(client, name);
            case 4 -> work.ok(client.command("UID COPY * " + name));
            default -> work.append(client, name, id(name) + "-" + random.nextInt(1_000_000) + "-");
        }
    }

    private void create(WireClient client) throws IOException {
        String name = prefix + made++ + ".0" + (random.nextInt(3) == 0 ? "/below" : "");
        if (work.ok(client.command("CREATE " + name))) {
            names.add(name);
        }
    }

    private void rename(WireClient client, String name) throws IOException {
        String to = id(name) + "." + ++renamed + (random.nextInt(3) == 0 ? "/deep" : "");
        Reply reply = client.command("RENAME " + name + " " + to);
        if (work.ok(reply)) {
            names.remove(name);
            names.add(to);
        }
    }

    private void delete(WireClient client, String name) throws IOException {
        String id = id(name);
        work.mayVanish(subject -> subject.startsWith(id + "-"));
        if (work.ok(client.command("DELETE " + name))) {
            names.remove(name);
        }
    }

    /// Of a mailbox, whatever it is called now.
    private static String id(String name) {
        return name.substring(0, name.indexOf('.', name.indexOf(".box") + 1));
    }
}
