package org.imapmirror.testing;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Delivers mail to a server the way its MTA would: by LMTP (RFC 2033), past every IMAP session.
public record Lmtp(String host, int port) {
    private static final int TIMEOUT_MILLIS = 30_000;

    public static Lmtp to(DovecotServer server) {
        return new Lmtp(server.host(), server.lmtpPort());
    }

    public static Lmtp to(CyrusServer server) {
        return new Lmtp(server.host(), server.lmtpPort());
    }

    /// Delivers one message into the recipient's INBOX; when this returns it is there. The server
    /// adds headers (Return-Path, Delivered-To, Received).
    ///
    /// @param message lines end with CRLF; a missing last line end is added
    /// @param recipient a user of the server, with or without a domain
    public void deliver(byte[] message, String recipient) {
        String address = recipient.contains("@") ? recipient : recipient + "@localhost";
        try (Socket socket = new Socket(host, port);
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.UTF_8))) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            OutputStream out = socket.getOutputStream();
            expect(in, "220", "the greeting");
            say(out, in, "LHLO localhost", "250");
            say(out, in, "MAIL FROM:<sender@localhost>", "250");
            say(out, in, "RCPT TO:<" + address + ">", "250");
            say(out, in, "DATA", "354");
            out.write(stuffed(message));
            out.flush();
            expect(in, "250", "the message for " + address);
            say(out, in, "QUIT", "221");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void say(OutputStream out, BufferedReader in, String line, String code)
            throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
        expect(in, code, line);
    }

    private static void expect(BufferedReader in, String code, String what) throws IOException {
        String line;
        do {
            line = in.readLine();
            if (line == null || !line.startsWith(code)) {
                throw new IOException("LMTP: " + what + " was answered by " + line);
            }
        } while (line.startsWith("-", 3));
    }

    /// The message with a dot before each line that begins with one, and the closing dot.
    private static byte[] stuffed(byte[] message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(message.length + 64);
        boolean lineStart = true;
        for (byte b : message) {
            if (lineStart && b == '.') {
                out.write('.');
            }
            out.write(b);
            lineStart = b == '\n';
        }
        out.writeBytes((lineStart ? ".\r\n" : "\r\n.\r\n").getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }
}
