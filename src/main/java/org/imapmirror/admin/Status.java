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
public record Status(
        long pending,
        long suspect,
        long parked,
        long extra,
        long accounts,
        long sessions,
        List<LaneStatus> lanes) {

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
