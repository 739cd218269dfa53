package org.imapmirror.mailstore;

import java.util.List;
import java.util.Map;

/// All mailboxes of an account with their numbers, as asked for at once.
///
/// @param listed as [ImapStore#list] has it
/// @param statuses by the names of [#listed]; a mailbox that is listed and does not exist has none
public record Census(List<Listed> listed, Map<String, Status> statuses) {
    public Census {
        listed = List.copyOf(listed);
        statuses = Map.copyOf(statuses);
    }
}
