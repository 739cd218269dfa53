package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/// AUTHENTICATE, with and without initial response (RFC 9051 section 6.2.2).
final class SaslExchange implements LoginExchange {
    private final String tag;
    private @Nullable String mechanism;
    private final List<byte[]> responses = new ArrayList<>();

    SaslExchange(String tag) {
        this.tag = tag;
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public void client(Frame frame) {
        if (!(frame instanceof Frame.Line line)) {
            return;
        }
        String text = new String(line.text(), StandardCharsets.ISO_8859_1);
        if (mechanism != null) {
            respond(text);
            return;
        }
        String[] words = text.split(" ", 4);
        mechanism = words.length > 2 ? words[2].toUpperCase(Locale.ROOT) : "";
        if (words.length > 3) {
            respond(words[3].equals("=") ? "" : words[3]);
        }
    }

    private void respond(String base64) {
        try {
            responses.add(Base64.getDecoder().decode(base64.strip()));
        } catch (IllegalArgumentException _) {
            responses.add(new byte[0]);
        }
    }

    @Override
    public boolean complete() {
        return false;
    }

    @Override
    public @Nullable Claim claim() {
        if (responses.isEmpty()) {
            return null;
        }
        if ("PLAIN".equals(mechanism)) {
            String[] parts =
                    new String(responses.getFirst(), StandardCharsets.UTF_8).split("\0", -1);
            if (parts.length != 3) {
                return null;
            }
            boolean self = parts[0].isEmpty() || parts[0].equals(parts[1]);
            return new Claim(
                    parts[0].isEmpty() ? parts[1] : parts[0],
                    self ? new Tap.Credentials(parts[1], parts[2]) : null);
        }
        if ("LOGIN".equals(mechanism)) {
            String user = new String(responses.getFirst(), StandardCharsets.UTF_8);
            return new Claim(
                    user,
                    responses.size() < 2
                            ? null
                            : new Tap.Credentials(
                                    user, new String(responses.get(1), StandardCharsets.UTF_8)));
        }
        return null;
    }
}
