package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/// Writes down what it is shown, and answers as a test says.
final class RecordingTap implements Tap {
    final List<Login> logins = Collections.synchronizedList(new ArrayList<>());

    /// `C: line`, `S: line`, `C: ~5` for five octets of a literal, `closed true`.
    final List<String> seen = Collections.synchronizedList(new ArrayList<>());

    volatile Function<String, Step> answer = _ -> Step.FORWARD;
    volatile boolean awaits;
    volatile boolean records = true;

    @Override
    public SessionTap loggedIn(Login login) {
        logins.add(login);
        return new SessionTap() {
            @Override
            public Step client(Frame frame) {
                return take("C: " + text(frame));
            }

            @Override
            public Step server(Frame frame) {
                return take("S: " + text(frame));
            }

            @Override
            public boolean awaitsOutcome() {
                return awaits;
            }

            @Override
            public void closed(boolean clean) {
                seen.add("closed " + clean);
            }
        };
    }

    private Step take(String frame) {
        if (records) {
            seen.add(frame);
        }
        return answer.apply(frame);
    }

    private static String text(Frame frame) {
        return switch (frame) {
            case Frame.Line line -> new String(line.text(), StandardCharsets.ISO_8859_1);
            case Frame.LinePart _ -> "...";
            case Frame.LiteralData data -> "~" + data.data().remaining();
        };
    }
}
