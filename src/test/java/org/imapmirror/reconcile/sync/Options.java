package org.imapmirror.reconcile.sync;

import org.imapmirror.event.MailboxName;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.Namespace;
import org.imapmirror.reconcile.Brake;
import org.imapmirror.reconcile.NameMap;
import org.imapmirror.reconcile.NameMap.Hierarchy;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.FolderPlan.Planned;
import org.imapmirror.reconcile.sync.SyncOptions.Dates;
import org.imapmirror.reconcile.sync.SyncOptions.Deletes;
import org.imapmirror.reconcile.sync.SyncOptions.Extras;
import org.imapmirror.reconcile.sync.SyncOptions.FlagRules;
import org.imapmirror.reconcile.sync.SyncOptions.Identity;
import org.imapmirror.reconcile.sync.SyncOptions.Limits;
import org.imapmirror.reconcile.sync.SyncOptions.Messages;

import java.util.List;

/// What runs of tests are to do.
record Options(
        boolean dry,
        int connections,
        FolderPlan folders,
        Messages messages,
        FlagRules flags,
        Dates dates,
        Identity identity,
        Extras extras,
        Deletes deletes,
        Limits limits,
        Tuning tuning) {
    static final Options ALL =
            new Options(
                    false,
                    4,
                    Options::everything,
                    Messages.ALL,
                    FlagRules.ALL,
                    Dates.INTERNAL,
                    Identity.DEFAULT,
                    Extras.DEFAULT,
                    Deletes.NONE,
                    Limits.NONE,
                    Tuning.DEFAULT);

    /// Messages that are gone from the source, and only those.
    static final Deletes GONE = new Deletes(true, false, false, false, true, Brake.DEFAULT, false);

    SyncOptions get() {
        return new SyncOptions(
                dry,
                false,
                connections,
                folders,
                messages,
                flags,
                dates,
                identity,
                extras,
                deletes,
                limits,
                tuning);
    }

    Options planned() {
        return new Options(
                true,
                connections,
                folders,
                messages,
                flags,
                dates,
                identity,
                extras,
                deletes,
                limits,
                tuning);
    }

    Options with(FolderPlan other) {
        return new Options(
                dry,
                connections,
                other,
                messages,
                flags,
                dates,
                identity,
                extras,
                deletes,
                limits,
                tuning);
    }

    Options with(Messages other) {
        return new Options(
                dry,
                connections,
                folders,
                other,
                flags,
                dates,
                identity,
                extras,
                deletes,
                limits,
                tuning);
    }

    Options with(FlagRules other) {
        return new Options(
                dry,
                connections,
                folders,
                messages,
                other,
                dates,
                identity,
                extras,
                deletes,
                limits,
                tuning);
    }

    Options with(Dates other) {
        return new Options(
                dry,
                connections,
                folders,
                messages,
                flags,
                other,
                identity,
                extras,
                deletes,
                limits,
                tuning);
    }

    Options with(Identity other) {
        return new Options(
                dry,
                connections,
                folders,
                messages,
                flags,
                dates,
                other,
                extras,
                deletes,
                limits,
                tuning);
    }

    Options with(Extras other) {
        return new Options(
                dry,
                connections,
                folders,
                messages,
                flags,
                dates,
                identity,
                other,
                deletes,
                limits,
                tuning);
    }

    Options with(Deletes other) {
        return new Options(
                dry,
                connections,
                folders,
                messages,
                flags,
                dates,
                identity,
                extras,
                other,
                limits,
                tuning);
    }

    Options with(Limits other) {
        return new Options(
                dry,
                connections,
                folders,
                messages,
                flags,
                dates,
                identity,
                extras,
                deletes,
                other,
                tuning);
    }

    Options with(Tuning other) {
        return new Options(
                dry,
                connections,
                folders,
                messages,
                flags,
                dates,
                identity,
                extras,
                deletes,
                limits,
                other);
    }

    /// Every mailbox, under its own name as far as the target's hierarchy has it.
    static Planned everything(
            List<Listed> source,
            Namespace sourceSpace,
            List<Listed> existing,
            Namespace targetSpace) {
        NameMap names =
                new NameMap(
                        new Hierarchy(sourceSpace.prefix(), sourceSpace.separator()),
                        new Hierarchy(targetSpace.prefix(), targetSpace.separator()));
        return new Planned(
                source.stream()
                        .filter(Listed::selectable)
                        .map(l -> new Pair(l.name(), names.toTarget(new MailboxName(l.name()))))
                        .toList(),
                List.of());
    }
}
