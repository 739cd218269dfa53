package org.imapmirror.replicate;

import org.imapmirror.event.Account;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/// What lanes ask and tell the side that follows the clients' sessions.
///
/// @param settled completes when every command now outstanding on the account's sessions was
///   answered and its events are durable
/// @param begun completes when nobody is disturbed any more who uses the account first
/// @param swept is told that an account with commands of unknown outcome was compared twice, so
///   that its write-intent mark may go
public record LiveSessions(
        Function<Account, CompletionStage<Void>> settled,
        Function<Account, CompletionStage<Void>> begun,
        Consumer<Account> swept) {}
