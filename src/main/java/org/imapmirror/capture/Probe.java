package org.imapmirror.capture;

import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A question of ours on a client's connection, while the client's command waits (reference section
/// 2.5).
final class Probe {
    /// @param command without tag
    /// @param numbers whose UIDs are asked for; null for a UID SEARCH; empty where the numbers are
    ///   the primary's to tell
    /// @param since what the client's command does, where it counts as running from the question
    ///   on; else empty
    record Question(String command, @Nullable UidSet numbers, List<Touch> since) {
        Question(String command, @Nullable UidSet numbers) {
            this(command, numbers, List.of());
        }
    }

    final String tag;
    private final Question question;
    private final Set<Integer> answered = new HashSet<>();
    private final UidSet.Builder uids = new UidSet.Builder();
    private boolean searched;

    /// Nobody waits any more; what still comes is kept from the client all the same.
    boolean abandoned;

    Probe(String tag, Question question) {
        this.tag = tag;
        this.question = question;
    }

    boolean isSearch() {
        return question.numbers() == null;
    }

    /// True where the response is the answer and nothing else; then the client must not see it.
    boolean takes(FetchData data) {
        UidSet numbers = question.numbers();
        if (numbers == null
                || !data.onlyUid()
                || !(numbers.isEmpty() || numbers.contains(data.number()))
                || !answered.add(data.number())) {
            return false;
        }
        uids.add(data.uid());
        return true;
    }

    boolean takes(Heard.Search search) {
        if (!isSearch() || (search.tag() != null && !search.tag().equals(tag))) {
            return false;
        }
        UidSet members = search.members();
        if (members != null) {
            uids.addAll(members);
            searched = true;
        }
        return true;
    }

    /// What was learned, null where the primary did not tell.
    @Nullable UidSet result(Reply reply) {
        return reply.isOk() && (searched || !isSearch()) ? uids.build() : null;
    }

    byte[] line() {
        return (tag + " " + question.command() + "\r\n")
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
