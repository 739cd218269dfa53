package org.imapmirror.bench;

import org.imapmirror.testing.Ports;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// An IMAP server for more sessions than there is memory for processes of a real one: it lets
/// everybody log in, and has one empty mailbox. A process of its own.
final class ScriptedPrimary implements AutoCloseable {
    private static final String CAPABILITIES =
            "IMAP4rev1 LITERAL+ IDLE NAMESPACE UIDPLUS UNSELECT CHILDREN";
    private static final int BACKLOG = 1024;

    private final int port = Ports.one();
    private final Process process;

    ScriptedPrimary() throws IOException {
        process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx400m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                ScriptedPrimary.class.getName(),
                                "" + port)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        // It says so when it listens.
        if (process.getInputStream().read() < 0) {
            throw new IOException("the scripted primary did not start");
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    public static void main(String[] args) throws IOException {
        // It ends with the one that started it, whose end of the pipe goes away.
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        while (System.in.read() >= 0) {}
                    } catch (IOException _) {
                        // The same.
                    }
                    Runtime.getRuntime().halt(0);
                });
        try (ServerSocket listening =
                new ServerSocket(
                        Integer.parseInt(args[0]), BACKLOG, InetAddress.getLoopbackAddress())) {
            System.out.println("listening");
            while (true) {
                Socket client = listening.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        }
    }

    private static void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(
                                    client.getInputStream(), StandardCharsets.ISO_8859_1),
                            256);
            OutputStream out = client.getOutputStream();
            say(out, "* OK [CAPABILITY " + CAPABILITIES + "] ready\r\n");
            String line;
            while ((line = in.readLine()) != null) {
                String[] words = line.split(" ", 3);
                // Literals hold no line ends here.
                while (line != null && line.endsWith("}")) {
                    say(out, "+ \r\n");
                    line = in.readLine();
                }
                if (words.length < 2) {
                    say(out, "* BAD no command\r\n");
                    continue;
                }
                String name = words[1].toUpperCase(Locale.ROOT);
                if (name.equals("AUTHENTICATE") && words[2].indexOf(' ') < 0) {
                    say(out, "+ \r\n");
                    in.readLine();
                }
                if (name.equals("IDLE")) {
                    say(out, "+ idling\r\n");
                    in.readLine();
                }
                say(out, untagged(name) + words[0] + " OK " + code(name) + "done\r\n");
                if (name.equals("LOGOUT")) {
                    return;
                }
            }
        } catch (IOException _) {
            // The client is gone.
        }
    }

    private static String untagged(String name) {
        return switch (name) {
            case "CAPABILITY" -> "* CAPABILITY " + CAPABILITIES + "\r\n";
            case "NAMESPACE" -> "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n";
            case "LIST" -> "* LIST (\\HasNoChildren) \"/\" INBOX\r\n";
            case "STATUS" -> "* STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 1)\r\n";
            case "SEARCH" -> "* SEARCH\r\n";
            case "LOGOUT" -> "* BYE\r\n";
            case "SELECT", "EXAMINE" ->
                    """
                    * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r
                    * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] ok\r
                    * 0 EXISTS\r
                    * 0 RECENT\r
                    * OK [UIDVALIDITY 1] ok\r
                    * OK [UIDNEXT 1] ok\r
                    """;
            default -> "";
        };
    }

    private static String code(String name) {
        return switch (name) {
            case "LOGIN" -> "[CAPABILITY " + CAPABILITIES + "] ";
            case "SELECT" -> "[READ-WRITE] ";
            default -> "";
        };
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
