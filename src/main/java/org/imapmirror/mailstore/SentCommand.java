package org.imapmirror.mailstore;

import org.imapmirror.imap.Response;
import org.jspecify.annotations.Nullable;

import java.util.Set;

/// A command that was sent, or is being sent.
final class SentCommand {
    /// Takes untagged responses.
    interface Untagged {
        Untagged NONE = _ -> false;

        /// @return true where the response was for this command
        boolean take(Response response) throws StoreException;
    }

    private final String tag;
    private final String verb;
    private final Untagged untagged;
    private final Set<String> mailboxes;
    private Response.@Nullable Tagged answer;

    /// @param mailboxes into which the server looks for it
    SentCommand(String tag, String verb, Set<String> mailboxes, Untagged untagged) {
        this.tag = tag;
        this.verb = verb;
        this.mailboxes = mailboxes;
        this.untagged = untagged;
    }

    String tag() {
        return tag;
    }

    String verb() {
        return verb;
    }

    Set<String> mailboxes() {
        return mailboxes;
    }

    Untagged untagged() {
        return untagged;
    }

    /// The tagged response; null while it is awaited.
    Response.@Nullable Tagged answer() {
        return answer;
    }

    void onAnswer(Response.Tagged response) {
        answer = response;
    }
}
