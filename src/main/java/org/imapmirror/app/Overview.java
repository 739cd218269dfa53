package org.imapmirror.app;

import org.imapmirror.admin.LaneStatus;
import org.imapmirror.admin.Status;
import org.imapmirror.capture.Capture;
import org.imapmirror.event.Account;
import org.imapmirror.journal.Journal;
import org.imapmirror.proxy.Proxy;
import org.imapmirror.replicate.LaneReport;
import org.imapmirror.replicate.Lanes;
import org.imapmirror.replicate.ParkedItem;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Adds up what the parts know of the state of things.
record Overview(Lanes lanes, Capture capture, Proxy proxy, Journal journal) {

    Status status() {
        List<LaneReport> reports = lanes.report();
        Set<Account> uncertain = lanes.uncertain();
        Set<Account> unjournalled = capture.unjournalled();
        Set<Account> suspect = new HashSet<>(uncertain);
        suspect.addAll(unjournalled);
        long pending = uncertain.size() + unjournalled.size() + capture.outstanding();
        long parked = 0;
        long extra = 0;
        for (LaneReport r : reports) {
            pending += r.pending();
            parked += r.parked();
            extra += r.extra();
            if (r.doubts() > 0) {
                suspect.add(r.account());
            }
        }
        return new Status(
                pending,
                suspect.size(),
                parked,
                extra,
                lanes.accounts().size(),
                proxy.sessions(),
                reports.stream().map(Overview::lane).toList(),
                new Status.JournalStatus(journal.bytes(), journal.maxBytes(), journal.isFull()));
    }

    private static LaneStatus lane(LaneReport r) {
        return new LaneStatus(
                r.account().name(),
                r.mirror(),
                r.state(),
                r.pending(),
                r.lagSeconds(),
                r.error(),
                r.unreachableSeconds(),
                items(r.parkedItems()),
                items(r.skippedItems()),
                r.held());
    }

    private static List<LaneStatus.Parked> items(List<ParkedItem> items) {
        return items.stream()
                .map(p ->
                        new LaneStatus.Parked(p.item(), p.what(), p.reason(), p.since().toString()))
                .toList();
    }
}
