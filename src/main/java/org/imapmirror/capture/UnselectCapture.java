package org.imapmirror.capture;

/// UNSELECT: the mailbox is left as it is (RFC 3691).
final class UnselectCapture extends Pending {
    private final SelectCapture.Selection selection;

    UnselectCapture(String tag, SelectCapture.Selection selection) {
        super(tag);
        this.selection = selection;
    }

    @Override
    boolean mutates() {
        return false;
    }

    @Override
    void after(Reply reply) {
        if (reply.isOk()) {
            selection.select(null);
        }
    }
}
