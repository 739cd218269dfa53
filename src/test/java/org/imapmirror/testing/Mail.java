package org.imapmirror.testing;

import java.nio.charset.StandardCharsets;

/// Small messages for tests.
public final class Mail {
    private Mail() {}

    /// A message with that subject, which also names it in its Message-ID, and that body.
    public static byte[] message(String subject, String body) {
        String text =
                """
                From: Sender <sender@example.org>
                To: someone@example.org
                Date: Mon, 23 Nov 2026 10:00:00 +0000
                Message-ID: <%s@example.org>
                Subject: %s

                %s
                """
                        .formatted(subject.replace(' ', '-'), subject, body);
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    }
}
