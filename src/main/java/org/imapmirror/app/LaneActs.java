package org.imapmirror.app;

import org.imapmirror.admin.Acts;
import org.imapmirror.mailstore.ServerPool;
import org.imapmirror.replicate.Decisions;
import org.imapmirror.replicate.Lanes;
import org.imapmirror.route.AccountRules;

import java.util.ArrayList;
import java.util.List;

/// Carries the decisions of administrators to the lanes.
record LaneActs(Lanes lanes, ServerPool pool, AccountRules rules) implements Acts {
    @Override
    public int act(Act act, Choice choice) {
        Decisions decisions = lanes.decisions();
        Decisions.About about = about(choice);
        if (act == Act.RETRY && about.item() == null) {
            pool.tryAgain(about.account());
        }
        return switch (act) {
            case RETRY -> decisions.retry(about);
            case SKIP -> decisions.skip(about);
            case APPROVE -> decisions.approve(about);
            case PURGE -> decisions.purge(about);
        };
    }

    @Override
    public List<Held> held(Choice choice) {
        List<Held> out = new ArrayList<>();
        lanes.decisions()
                .held(
                        about(choice),
                        h ->
                                out.add(
                                        new Held(
                                                h.account().name(),
                                                h.mirror(),
                                                h.mailbox(),
                                                h.uid(),
                                                h.target(),
                                                h.targetUid(),
                                                h.size(),
                                                h.deleted().toString(),
                                                h.due() == null ? null : h.due().toString())));
        return out;
    }

    private Decisions.About about(Choice choice) {
        String account = choice.account();
        return new Decisions.About(
                account == null ? null : rules.canonical(account), choice.mirror(), choice.item());
    }
}
