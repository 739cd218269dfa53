package org.imapmirror.differential;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.differential.Exchange.Kind;
import org.imapmirror.testing.Access;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

/// Two accounts that are alike: one client works directly, the other through the proxy.
final class Twins implements Closeable {
    private final Access directly;
    private final Access through;
    private final CommandStream stream;
    private final int sessions;
    private final Random cuts;
    private final List<Pair> pairs = new ArrayList<>();
    private final String about;
    private int commands;

    private record Pair(Wire direct, Wire through) {}

    Twins(Access directly, Access through, long seed, int sessions, CommandStream stream) {
        this.directly = directly;
        this.through = through;
        this.stream = stream;
        this.sessions = sessions;
        this.cuts = new Random(seed + 1);
        this.about = "seed " + seed + ", " + sessions + " sessions, " + through.user();
    }

    /// Plays so many commands, and fails at the first answer that tells the two apart.
    int play(int most, AtomicBoolean failed) throws IOException {
        while (commands < most && !failed.get()) {
            while (pairs.size() < sessions) {
                connect();
            }
            Exchange exchange = stream.next();
            Pair pair = pairs.get(exchange.session());
            if (same(exchange, pair) != Wire.Ending.ANSWERED) {
                reconnect(exchange.session());
            }
            commands += exchange.commands();
        }
        return commands;
    }

    private Wire.Ending same(Exchange exchange, Pair pair) {
        Wire.Answer proxied = pair.through().play(exchange);
        log(exchange, proxied);
        if (exchange.kind() == Kind.REFUSED) {
            // Not asked for, the server may still have closed the connection before.
            if (proxied.ending() == Wire.Ending.ANSWERED) {
                assertThat(proxied.lines())
                        .as("%s%n%s", about, exchange)
                        .singleElement()
                        .asString()
                        .startsWith(exchange.tags().getFirst() + " BAD ");
            }
            return proxied.ending();
        }
        Wire.Answer direct = pair.direct().play(exchange);
        if (sessions > 1 && proxied.ending() == Wire.Ending.CLOSED) {
            // That the selected mailbox is gone, the server says at the next occasion: our question
            // may be that.
            return proxied.ending();
        }
        if (direct.ending() == Wire.Ending.CLOSED && proxied.ending() == Wire.Ending.ANSWERED) {
            // The server gave up this connection and not that one.
            return direct.ending();
        }
        assertThat(told(proxied, exchange))
                .as("%s, command %d%n%s", about, commands, exchange)
                .isEqualTo(told(direct, exchange));
        if (direct.ending() == Wire.Ending.SILENT) {
            System.out.println("no answer to " + exchange);
        }
        return direct.ending();
    }

    /// When one session hears of another one's changes is the server's affair, and the proxy's own
    /// question is an occasion for that.
    private List<String> told(Wire.Answer answer, Exchange exchange) {
        return sessions > 1
                ? Told.verdicts(answer)
                : Told.of(answer, exchange.kind() == Kind.ALONE);
    }

    /// For a search afterwards.
    private void log(Exchange exchange, Wire.Answer answer) {
        String directory = System.getProperty("log");
        if (directory != null) {
            try {
                Files.writeString(
                        Path.of(directory, through.user()),
                        "%s%n  -> %s%n".formatted(exchange, String.join("\n  -> ", answer.lines())),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void connect() throws IOException {
        pairs.add(pair());
        open(pairs.size() - 1);
    }

    private void reconnect(int session) throws IOException {
        close(pairs.get(session));
        pairs.set(session, pair());
        open(session);
    }

    private Pair pair() throws IOException {
        return new Pair(new Wire(directly, cuts), new Wire(through, cuts));
    }

    private void open(int session) {
        for (String command : stream.opening()) {
            Exchange exchange = stream.of(command);
            same(
                    new Exchange(session, exchange.kind(), exchange.parts(), exchange.tags()),
                    pairs.get(session));
        }
    }

    private static void close(Pair pair) throws IOException {
        pair.direct().close();
        pair.through().close();
    }

    @Override
    public void close() throws IOException {
        for (Pair pair : pairs) {
            close(pair);
        }
    }
}
