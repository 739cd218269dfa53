package org.imapmirror.replicate;

import org.imapmirror.event.Account;

import java.util.List;
import java.util.function.Function;

/// Which servers an account has, by their keys in the configuration.
///
/// @param primaryOf the server that serves its clients
/// @param mirrorsOf the servers that follow; none where the account is not mirrored
/// @param archives which of them are archives
public record Topology(
        Function<Account, String> primaryOf,
        Function<Account, List<String>> mirrorsOf,
        Archives archives) {

    /// Without archives.
    public Topology(
            Function<Account, String> primaryOf, Function<Account, List<String>> mirrorsOf) {
        this(primaryOf, mirrorsOf, Archives.NONE);
    }
}
