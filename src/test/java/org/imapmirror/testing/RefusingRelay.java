package org.imapmirror.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An IMAP relay on loopback, without TLS, that answers some commands itself instead of the server:
/// a server that refuses what it is told to. For clients whose literals do not wait (LITERAL+).
/// Thread-safe.
public final class RefusingRelay implements AutoCloseable {
    private static final Pattern LITERAL = Pattern.compile("\\{([0-9]+)(\\+?)}\r\n$");

    private final int targetPort;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final AtomicLong refused = new AtomicLong();

    /// @param what matches somewhere in a command with its literals, behind the tag
    /// @param answer behind the tag; `BYE` and words ends the connection
    private record Rule(Pattern what, String answer) {}

    private RefusingRelay(int targetPort) throws IOException {
        this.targetPort = targetPort;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual()
                .name("refusing-relay")
                .start(() -> {
                    while (!listener.isClosed()) {
                        try {
                            serve(listener.accept());
                        } catch (IOException _) {
                            // Closed, or this one client is gone.
                            Thread.onSpinWait();
                        }
                    }
                });
    }

    /// @param targetPort of the server, on loopback
    public static RefusingRelay to(int targetPort) {
        try {
            return new RefusingRelay(targetPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /// Commands that were refused so far.
    public long refused() {
        return refused.get();
    }

    /// @param what a regular expression, found anywhere in a command with its literals
    /// @param answer for example `NO [TOOBIG] no`, `BAD what`, `BYE going down`
    public void refuse(String what, String answer) {
        rules.add(new Rule(Pattern.compile(what, Pattern.DOTALL), answer));
    }

    /// Nothing is refused any more.
    public void relent() {
        rules.clear();
    }

    private void serve(Socket client) {
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), targetPort);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            open.add(client);
            open.add(server);
            Thread.ofVirtual().start(() -> answers(server, client));
            Thread.ofVirtual().start(() -> commands(client, server));
        } catch (IOException _) {
            end(client, client);
        }
    }

    private void answers(Socket server, Socket client) {
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream in = server.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                synchronized (client) {
                    client.getOutputStream().write(buffer, 0, n);
                }
            }
        } catch (IOException _) {
            // Either side is gone.
            Thread.onSpinWait();
        }
        end(server, client);
    }

    private void commands(Socket client, Socket server) {
        try {
            InputStream in = new BufferedInputStream(client.getInputStream());
            OutputStream out = server.getOutputStream();
            while (one(in, out, client)) {
                out.flush();
            }
        } catch (IOException _) {
            // Either side is gone.
            Thread.onSpinWait();
        }
        end(client, server);
    }

    private boolean one(InputStream in, OutputStream out, Socket client) throws IOException {
        ByteArrayOutputStream command = new ByteArrayOutputStream();
        while (true) {
            String line = line(in);
            if (line.isEmpty()) {
                return false;
            }
            command.writeBytes(line.getBytes(StandardCharsets.ISO_8859_1));
            Matcher literal = LITERAL.matcher(line);
            if (!literal.find()) {
                break;
            }
            if (literal.group(2).isEmpty()) {
                // Waits for the server; what follows is not looked at.
                if (refuse(command, client)) {
                    return true;
                }
                out.write(command.toByteArray());
                out.write(in.readNBytes(Integer.parseInt(literal.group(1))));
                command.reset();
                continue;
            }
            command.writeBytes(in.readNBytes(Integer.parseInt(literal.group(1))));
        }
        if (!refuse(command, client)) {
            out.write(command.toByteArray());
        }
        return true;
    }

    private boolean refuse(ByteArrayOutputStream command, Socket client) throws IOException {
        String text = command.toString(StandardCharsets.ISO_8859_1);
        int space = text.indexOf(' ');
        if (space < 0) {
            return false;
        }
        for (Rule rule : rules) {
            if (rule.what().matcher(text.substring(space + 1)).find()) {
                refused.incrementAndGet();
                boolean bye = rule.answer().startsWith("BYE");
                String answer = (bye ? "*" : text.substring(0, space)) + " " + rule.answer();
                synchronized (client) {
                    client.getOutputStream()
                            .write((answer + "\r\n").getBytes(StandardCharsets.UTF_8));
                }
                if (bye) {
                    throw new IOException("BYE");
                }
                return true;
            }
        }
        return false;
    }

    /// With its line end; empty at the end.
    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            line.append((char) b);
            if (b == '\n') {
                return line.toString();
            }
        }
        return "";
    }

    private void end(Socket one, Socket other) {
        for (Socket socket : List.of(one, other)) {
            open.remove(socket);
            try {
                socket.close();
            } catch (IOException _) {
                // It is gone either way.
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Socket socket : open) {
            end(socket, socket);
        }
    }
}
