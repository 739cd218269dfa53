package org.imapmirror.proxy;

import com.github.benmanes.caffeine.cache.Interner;

import org.imapmirror.imap.CapabilityFilter;
import org.imapmirror.imap.CapabilityList;
import org.imapmirror.imap.Code;
import org.imapmirror.imap.Response;
import org.imapmirror.imap.WireMessage;
import org.jspecify.annotations.Nullable;

import java.util.Set;

/// The primary's capabilities: what it told last, and what of it the client may see.
final class CapabilityView {
    private static final CapabilityFilter FILTER = CapabilityFilter.standard();

    /// A server tells the same in every session.
    private static final Interner<CapabilityList> SHARED = Interner.newWeakInterner();

    private CapabilityList told = CapabilityList.NONE;

    /// Those of the last list, upper case; empty where there was none yet.
    Set<String> told() {
        return told.names();
    }

    /// Remembers what a line tells, if it is one that tells capabilities.
    void learn(byte[] line) {
        if (tells(line)) {
            switch (Response.parse(WireMessage.of(line), false)) {
                case Response.Capability(CapabilityList list) -> told = SHARED.intern(list);
                case Response.Untagged status -> learn(status.code());
                case Response.Tagged status -> learn(status.code());
                default -> {}
            }
        }
    }

    private void learn(Code code) {
        if (code instanceof Code.CapabilityCode(CapabilityList list)) {
            told = SHARED.intern(list);
        }
    }

    /// The line as the client may see it, with line end; null where that is the line itself.
    ///
    /// @param line without line end
    /// @param offered what the listener offers
    byte @Nullable [] shown(byte[] line, CapabilityFilter.View offered) {
        if (!tells(line)) {
            return null;
        }
        boolean disabled = offered.loginDisabled() || told.has("LOGINDISABLED");
        byte[] shown =
                FILTER.rewrite(
                        line,
                        new CapabilityFilter.View(
                                offered.loggedIn(),
                                offered.startTls(),
                                disabled,
                                offered.compress()));
        return shown == line ? null : Replies.line(shown);
    }

    /// Most lines do not, so that they are not parsed.
    private static boolean tells(byte[] line) {
        return Words.second(line).equals("CAPABILITY") || Words.third(line).equals("[CAPABILITY");
    }
}
