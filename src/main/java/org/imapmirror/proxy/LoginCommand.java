package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// LOGIN with atoms, quoted strings or literals (RFC 9051 section 6.2.3).
final class LoginCommand implements LoginExchange {
    private final String tag;
    private final List<String> arguments = new ArrayList<>();
    private final StringBuilder literal = new StringBuilder();
    private boolean complete;

    LoginCommand(String tag) {
        this.tag = tag;
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public void client(Frame frame) {
        switch (frame) {
            case Frame.LinePart _ -> {}
            case Frame.LiteralData data -> {
                literal.append(StandardCharsets.UTF_8.decode(data.data().duplicate()));
                if (data.last()) {
                    arguments.add(literal.toString());
                    literal.setLength(0);
                }
            }
            case Frame.Line line -> {
                String text = new String(line.text(), StandardCharsets.UTF_8);
                if (line.literal() != null) {
                    text = text.substring(0, text.lastIndexOf('{'));
                }
                split(
                        line.continued()
                                ? text
                                : text.substring(Words.first(line.text()).length() + 6));
                complete = line.literal() == null;
            }
        }
    }

    private void split(String text) {
        int at = 0;
        while (at < text.length()) {
            if (text.charAt(at) == ' ') {
                at++;
            } else if (text.charAt(at) == '"') {
                StringBuilder value = new StringBuilder();
                for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                    if (text.charAt(at) == '\\') {
                        at++;
                    }
                    value.append(text.charAt(at));
                }
                at++;
                arguments.add(value.toString());
            } else {
                int end = text.indexOf(' ', at) < 0 ? text.length() : text.indexOf(' ', at);
                arguments.add(text.substring(at, end));
                at = end;
            }
        }
    }

    @Override
    public boolean complete() {
        return complete;
    }

    @Override
    public @Nullable Claim claim() {
        if (arguments.isEmpty()) {
            return null;
        }
        String user = arguments.getFirst();
        return new Claim(
                user, arguments.size() == 2 ? new Tap.Credentials(user, arguments.get(1)) : null);
    }
}
