package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;
import org.imapmirror.imap.ImapString;
import org.imapmirror.imap.MalformedException;
import org.imapmirror.imap.MessageAssembler;
import org.imapmirror.imap.Sasl;
import org.imapmirror.imap.Tokens;
import org.imapmirror.imap.WireMessage;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// LOGIN with atoms, quoted strings or literals (RFC 9051 section 6.2.3).
final class LoginCommand implements LoginExchange {
    private static final int MOST = 64 * 1024;

    private final String tag;
    private final String separator;
    private final MessageAssembler assembler = new MessageAssembler(MOST, MOST);
    private boolean complete;
    private @Nullable Claim claim;

    LoginCommand(String tag, String separator) {
        this.tag = tag;
        this.separator = separator;
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public void client(Frame frame) {
        WireMessage whole = assembler.add(frame);
        complete = whole != null;
        claim = read(whole == null ? assembler.pending() : whole);
    }

    @Override
    public boolean complete() {
        return complete;
    }

    @Override
    public @Nullable Claim claim() {
        return claim;
    }

    private @Nullable Claim read(WireMessage message) {
        Tokens tokens = message.tokens();
        try {
            tokens.atom();
            tokens.atom();
        } catch (MalformedException _) {
            return null;
        }
        ImapString.Octets user = argument(tokens);
        if (user == null) {
            return null;
        }
        ImapString.Octets password = argument(tokens);
        return Claim.of(
                Sasl.Identity.of(
                                user.text(),
                                password == null || !isText(user) || !isText(password)
                                        ? null
                                        : password.text())
                        .withMaster(separator));
    }

    /// Null where it has not come, or is none.
    private static ImapString.@Nullable Octets argument(Tokens tokens) {
        try {
            return tokens.astring() instanceof ImapString.Octets octets ? octets : null;
        } catch (MalformedException _) {
            return null;
        }
    }

    /// Only what survives the way through text can be shown again.
    private static boolean isText(ImapString.Octets octets) {
        return Arrays.equals(octets.text().getBytes(StandardCharsets.UTF_8), octets.octets());
    }
}
