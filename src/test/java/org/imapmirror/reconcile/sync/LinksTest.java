package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;

/// Connections that are opened before they are needed.
@Timeout(30)
class LinksTest {
    private static final GreenMail SERVER =
            new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_IMAP));

    @BeforeAll
    static void start() {
        SERVER.start();
        SERVER.setUser("alice@localhost", "alice", "secret");
    }

    @AfterAll
    static void stop() {
        SERVER.stop();
    }

    private static TestSide alice() {
        return new TestSide("old", "127.0.0.1", SERVER.getImap().getPort(), "alice", "secret");
    }

    private static ImapStore login() throws StoreException {
        return alice().open();
    }

    private interface Opening {
        ImapStore open() throws StoreException;
    }

    private static Side side(Opening opening) {
        return new Side() {
            @Override
            public String name() {
                return "alice@old";
            }

            @Override
            public String identity() {
                return name();
            }

            @Override
            public ImapStore open() throws StoreException {
                return opening.open();
            }
        };
    }

    @Test
    void bothAreOpenedAtTheSameTime() throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        Opening meeting =
                () -> {
                    try {
                        together.await();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                    return login();
                };
        try (Links links = new Links(side(meeting), side(meeting))) {
            links.begin();
            assertThat(links.source().usable()).isTrue();
            assertThat(links.target().usable()).isTrue();
            assertThat(links.source()).isSameAs(links.source()).isNotSameAs(links.target());
        }
    }

    @Test
    void whoNeedsOneIsToldWhyItFailedAndMayTryAgain() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        Opening second =
                () -> {
                    TestSide alice = alice();
                    return tries.incrementAndGet() == 1
                            ? new TestSide("old", "127.0.0.1", alice.port(), "alice", "wrong")
                                    .open()
                            : alice.open();
                };
        try (Links links = new Links(side(second), side(LinksTest::login))) {
            links.begin();
            StoreException told = catchThrowableOfType(StoreException.class, links::source);
            assertThat(told.kind()).isEqualTo(Kind.LOGIN_REFUSED);
            assertThat(links.source().usable()).isTrue();
            assertThat(tries).hasValue(2);
        }
    }

    @Test
    void whatNobodyNeededAnyMoreIsClosed() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<ImapStore> late = new CompletableFuture<>();
        Opening slow =
                () -> {
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    ImapStore store = login();
                    late.complete(store);
                    return store;
                };
        try (Links links = new Links(side(LinksTest::login), side(slow))) {
            links.begin();
            assertThat(links.source().usable()).isTrue();
        }
        go.countDown();
        ImapStore store = late.get();
        while (store.usable()) {
            Thread.onSpinWait();
        }
    }
}
