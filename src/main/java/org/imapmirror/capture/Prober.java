package org.imapmirror.capture;

import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Frame;
import org.imapmirror.imap.MalformedException;
import org.imapmirror.imap.SequenceSet;
import org.imapmirror.imap.WireMessage;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Looks at a command before its first octet is forwarded: whether it may change something, must be
/// refused, or needs a question of ours to be answered first (reference section 2.5). Also keeps
/// the answer to that question from the client.
final class Prober {
    private final Follower follower;
    private final Supplier<String> prefixes;
    private @Nullable String prefix;
    private int count;
    private @Nullable Probe probe;
    private @Nullable Consumer<@Nullable UidSet> waiting;

    /// @param prefixes gives one for our tags that no client can guess; most sessions need none
    Prober(Follower follower, Supplier<String> prefixes) {
        this.follower = follower;
        this.prefixes = prefixes;
    }

    String prefix() {
        String mine = prefix == null ? prefixes.get() : prefix;
        prefix = mine;
        return mine;
    }

    /// @return why the command must not be forwarded, null where it may
    @Nullable String refusal(ClientCommand command, Frame.Line line) {
        if (Verbs.isRefused(command.verb())) {
            return command.verb() + " is not available here";
        }
        if (line.literal() == null || !line.literal().nonSync()) {
            return null;
        }
        // A server that refuses the command would take the octets of the literal for commands.
        if (Verbs.isStrange(command.verb())) {
            return "Unknown command";
        }
        if (command.verb().equals("APPEND")) {
            AppendArguments arguments = new AppendArguments(command.arguments(), follower.utf8());
            arguments.line(line);
            if (command.uid() || arguments.isDoomed()) {
                return "Invalid arguments";
            }
        }
        return null;
    }

    /// True where the command is not known to change nothing.
    boolean mayChange(ClientCommand command, Frame.Line line) {
        if (!command.verb().equals("FETCH")) {
            return !Verbs.isHarmless(command.verb());
        }
        if (line.literal() != null || line.truncated()) {
            return true;
        }
        return maySetSeen(command, line);
    }

    private static boolean maySetSeen(ClientCommand command, Frame.Line line) {
        try {
            var tokens = WireMessage.of(line.text()).tokens(command.arguments());
            var unused = tokens.sequenceSet();
            return CommandReader.maySetSeen(tokens);
        } catch (MalformedException _) {
            return true;
        }
    }

    /// @return null where nothing has to be asked, or asking is not safe now
    Probe.@Nullable Question question(ClientCommand command, Frame.Line line) {
        Selected selected = follower.selected();
        // Only where the client has nothing outstanding: a pipelining client is never delayed.
        if (selected == null || probe != null || !follower.isIdle() || line.truncated()) {
            return null;
        }
        return switch (command.verb()) {
            case "STORE", "FETCH" -> selected.readOnly ? null : messages(command, line, selected);
            case "COPY", "MOVE" -> command.uid() ? null : messages(command, line, selected);
            case "EXPUNGE" -> expunge(command, line, selected);
            case "CLOSE" ->
                    selected.readOnly || selected.map.size() == 0
                            ? null
                            : new Probe.Question(
                                    "UID SEARCH DELETED",
                                    null,
                                    List.of(new Touch.Closes(selected.box)));
            default -> null;
        };
    }

    private Probe.@Nullable Question messages(
            ClientCommand command, Frame.Line line, Selected selected) {
        SequenceSet set = CommandReader.leadingSet(line.text(), command.arguments());
        if (set == null) {
            return null;
        }
        if (set.saved()) {
            return follower.saved().isEmpty()
                    ? null
                    : new Probe.Question("FETCH $ (UID)", UidSet.EMPTY);
        }
        SequenceMap map = selected.map;
        if (command.uid()) {
            boolean unknownStar = set.hasStar() && map.size() > 0 && map.uid(map.size()) == 0;
            return unknownStar && command.verb().equals("STORE")
                    ? new Probe.Question("FETCH * (UID)", UidSet.EMPTY)
                    : null;
        }
        UidSet numbers = set.resolve(map.size());
        UidSet unknown = map.unknownIn(numbers);
        if (unknown.isEmpty() || numbers.last() > map.size()) {
            return null;
        }
        return new Probe.Question("FETCH " + unknown + " (UID)", unknown);
    }

    private Probe.@Nullable Question expunge(
            ClientCommand command, Frame.Line line, Selected selected) {
        if (selected.map.isComplete() || selected.readOnly || follower.hearsVanished()) {
            return null;
        }
        if (!command.uid()) {
            return new Probe.Question("UID SEARCH DELETED", null);
        }
        SequenceSet set = CommandReader.leadingSet(line.text(), command.arguments());
        if (set == null || set.saved()) {
            return null;
        }
        Targets targets = Targets.ofUids(set, selected.map);
        boolean known = targets.isExact() && targets.uids().minus(selected.map.known()).isEmpty();
        String text =
                new String(
                                line.text(),
                                command.arguments(),
                                line.text().length - command.arguments(),
                                java.nio.charset.StandardCharsets.ISO_8859_1)
                        .strip();
        return known ? null : new Probe.Question("UID SEARCH UID " + text + " DELETED", null);
    }

    /// @param then gets what was learned, null where nothing was
    Probe start(Probe.Question question, Consumer<@Nullable UidSet> then) {
        Probe started = new Probe(prefix() + ++count, question);
        probe = started;
        waiting = then;
        return started;
    }

    /// Nobody waits any longer.
    void abandon(Probe late) {
        Consumer<@Nullable UidSet> then = waiting;
        if (probe == late && !late.abandoned && then != null) {
            late.abandoned = true;
            waiting = null;
            then.accept(null);
        }
    }

    /// The session is over.
    void cancel() {
        if (probe != null) {
            abandon(probe);
        }
    }

    boolean isRunning() {
        return probe != null;
    }

    boolean expectsSearch() {
        return probe != null && probe.isSearch();
    }

    /// @return true where the response answers us, and must be kept from the client
    boolean takes(Heard heard, WireMessage message) {
        Probe running = probe;
        if (running == null || !message.literals().isEmpty()) {
            return false;
        }
        return switch (heard) {
            case Heard.Fetch(FetchData data) when running.takes(data) -> {
                var unused = follower.fetch(data);
                yield true;
            }
            case Heard.Search search when running.takes(search) -> true;
            case Heard.Tagged(String tag, Reply reply) when tag.equals(running.tag) -> {
                probe = null;
                Consumer<@Nullable UidSet> then = waiting;
                waiting = null;
                if (then != null) {
                    then.accept(running.result(reply));
                }
                yield true;
            }
            default -> false;
        };
    }
}
