package org.imapmirror.mailstore;

import org.imapmirror.mailstore.Cursor.MalformedReply;
import org.jspecify.annotations.Nullable;

/// A command that was sent.
final class Command {
    /// Takes untagged responses.
    interface Untagged {
        Untagged NONE = _ -> false;

        /// @return true where the response was for this command
        boolean take(Reply reply) throws StoreException, MalformedReply;
    }

    private final String tag;
    private final String verb;
    private final Untagged untagged;
    private @Nullable Reply answer;

    Command(String tag, String verb, Untagged untagged) {
        this.tag = tag;
        this.verb = verb;
        this.untagged = untagged;
    }

    String tag() {
        return tag;
    }

    String verb() {
        return verb;
    }

    Untagged untagged() {
        return untagged;
    }

    /// The tagged response; null while it is awaited.
    @Nullable Reply answer() {
        return answer;
    }

    void onAnswer(Reply reply) {
        answer = reply;
    }
}
