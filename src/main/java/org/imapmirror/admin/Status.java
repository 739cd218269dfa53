package org.imapmirror.admin;

import com.fasterxml.jackson.annotation.JsonIgnore;

import java.util.ArrayList;
import java.util.List;

/// How the whole process is doing. Its fields are the JSON of `GET /v1/status`.
///
/// @param pending everything that is not on every mirror yet: events, first copies, deltas, hints,
///   marked accounts, accounts that wait for a login; never parked messages
/// @param suspect accounts of which it is not known what happened, until they are compared
/// @param parked messages that a mirror does not take, until somebody does something
/// @param extra messages on mirrors that are not on the primary and never were mirrored
/// @param accounts known ones
/// @param sessions clients that are logged in
/// @param journal how full the journal is
public record Status(
        long pending,
        long suspect,
        long parked,
        long extra,
        long accounts,
        long sessions,
        List<LaneStatus> lanes,
        JournalStatus journal) {

    /// @param bytes of entries and bodies
    /// @param maxBytes what the configuration grants
    /// @param full bodies are not kept for want of space
    public record JournalStatus(long bytes, long maxBytes, boolean full) {}

    /// With a journal that has nothing to keep.
    public Status(
            long pending,
            long suspect,
            long parked,
            long extra,
            long accounts,
            long sessions,
            List<LaneStatus> lanes) {
        this(
                pending,
                suspect,
                parked,
                extra,
                accounts,
                sessions,
                lanes,
                new JournalStatus(0, 0, false));
    }

    /// A mirror that is away for longer is a reason to look.
    public static final long UNREACHABLE_SECONDS = 60;

    public Status {
        lanes = List.copyOf(lanes);
    }

    /// Why somebody should look, for people; empty where all is well.
    @JsonIgnore
    public List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        if (parked > 0) {
            complaints.add(parked + " parked: a mirror does not take them");
        }
        if (suspect > 0) {
            complaints.add(suspect + " accounts are suspect and wait to be compared");
        }
        if (journal.full()) {
            complaints.add(
                    "the journal is full: messages are not kept until a mirror fetches what it"
                            + " lacks; raise journal.max-bytes, or bring the mirror back");
        }
        lanes.stream()
                .filter(lane -> lane.unreachableSeconds() > UNREACHABLE_SECONDS)
                .map(LaneStatus::mirror)
                .distinct()
                .sorted()
                .forEach(mirror ->
                        complaints.add(
                                "mirror "
                                        + mirror
                                        + " has been unreachable for over "
                                        + UNREACHABLE_SECONDS
                                        + " s"));
        return complaints;
    }
}
