package org.imapmirror.differential;

import org.imapmirror.testing.Access;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A connection that sends octets cut at random places and reads whole responses.
final class Wire implements Closeable {
    private static final int CONNECT_MILLIS = 10_000;

    /// A server that is silent for so long has nothing to say.
    private static final int SILENCE_MILLIS = 10_000;

    private static final Pattern LITERAL = Pattern.compile("~?\\{(\\d+)}$");

    private final Socket socket = new Socket();
    private final Random cuts;
    private final InputStream in;
    private final OutputStream out;

    /// @param lines responses with their literals, ISO 8859-1
    /// @param ending how it ended
    record Answer(List<String> lines, Ending ending) {}

    /// How an exchange ended.
    enum Ending {
        ANSWERED,
        CLOSED,
        SILENT
    }

    /// Connects and logs in.
    ///
    /// @param cuts where the octets are cut
    Wire(Access access, Random cuts) throws IOException {
        this.cuts = cuts;
        socket.connect(new InetSocketAddress(access.host(), access.port()), CONNECT_MILLIS);
        socket.setSoTimeout(SILENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        out = socket.getOutputStream();
        var unused = response();
        String login = "login LOGIN " + access.user() + " " + access.password() + "\r\n";
        write(login.getBytes(StandardCharsets.ISO_8859_1));
        for (String line = response(); !line.startsWith("login OK"); line = response()) {
            if (line.startsWith("login ")) {
                throw new IOException(line);
            }
        }
    }

    Answer play(Exchange exchange) {
        List<String> lines = new ArrayList<>();
        Set<String> open = new HashSet<>(exchange.tags());
        try {
            for (int i = 0; i < exchange.parts().size() && !open.isEmpty(); i++) {
                write(exchange.parts().get(i));
                boolean last = i == exchange.parts().size() - 1;
                boolean go = false;
                while (!open.isEmpty() && !go) {
                    String line = response();
                    lines.add(line);
                    open.remove(line.substring(0, Math.max(0, line.indexOf(' '))));
                    go = !last && line.startsWith("+");
                }
            }
            return new Answer(lines, Ending.ANSWERED);
        } catch (SocketTimeoutException _) {
            return new Answer(lines, Ending.SILENT);
        } catch (IOException _) {
            return new Answer(lines, Ending.CLOSED);
        }
    }

    private void write(byte[] octets) throws IOException {
        int at = 0;
        while (at < octets.length) {
            int most = cuts.nextInt(8) == 0 ? 3 : cuts.nextBoolean() ? 40 : octets.length;
            int count = Math.min(octets.length - at, 1 + cuts.nextInt(most));
            out.write(octets, at, count);
            at += count;
        }
    }

    /// A response with its literals, without the last line end.
    private String response() throws IOException {
        StringBuilder text = new StringBuilder();
        while (true) {
            int start = text.length();
            line(text);
            Matcher literal = LITERAL.matcher(text).region(start, text.length());
            if (isStatus(text) || !literal.find()) {
                return text.toString();
            }
            text.append("\r\n");
            int size = Integer.parseInt(literal.group(1));
            text.append(new String(in.readNBytes(size), StandardCharsets.ISO_8859_1));
        }
    }

    /// In the text of these, braces mean nothing.
    private static boolean isStatus(StringBuilder text) {
        return !text.toString().startsWith("* ")
                || text.toString().matches("(?si)\\* (OK|NO|BAD|BYE|PREAUTH) .*");
    }

    private void line(StringBuilder text) throws IOException {
        while (true) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException();
            }
            if (octet == '\n') {
                if (!text.isEmpty() && text.charAt(text.length() - 1) == '\r') {
                    text.setLength(text.length() - 1);
                }
                return;
            }
            text.append((char) octet);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
