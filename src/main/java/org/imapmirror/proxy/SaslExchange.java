package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;
import org.imapmirror.imap.MalformedException;
import org.imapmirror.imap.Sasl;
import org.imapmirror.imap.Tokens;
import org.imapmirror.imap.WireMessage;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// AUTHENTICATE, with and without initial response (RFC 9051 section 6.2.2).
final class SaslExchange implements LoginExchange {
    private final String tag;
    private final String separator;
    private boolean begun;
    private @Nullable Sasl sasl;

    SaslExchange(String tag, String separator) {
        this.tag = tag;
        this.separator = separator;
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
        try {
            if (begun) {
                respond(line.text());
            } else {
                begun = true;
                begin(line.text());
            }
        } catch (MalformedException _) {
            // The server will refuse it too.
            sasl = null;
        }
    }

    @Override
    public boolean complete() {
        return false;
    }

    @Override
    public @Nullable Claim claim() {
        Sasl.Identity identity = sasl == null ? null : sasl.identity();
        return identity == null ? null : Claim.of(identity.withMaster(separator));
    }

    private void begin(byte[] text) throws MalformedException {
        Tokens tokens = WireMessage.of(text).tokens();
        tokens.atom();
        tokens.atom();
        sasl = Sasl.of(tokens.atom());
        if (!tokens.end()) {
            respond(tokens.atom().getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private void respond(byte[] text) throws MalformedException {
        if (sasl != null) {
            sasl.client(text);
        }
    }
}
