package org.imapmirror.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Store;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class DemoSessionTest {
    private static final Map<String, String> PASSWORDS = Map.of("anna", "secret");

    private final DemoServer one = DemoServer.start("one", PASSWORDS);
    private final DemoServer other = DemoServer.start("other", PASSWORDS);
    private final List<String> told = new ArrayList<>();

    @AfterEach
    void stop() {
        one.close();
        other.close();
    }

    @Test
    void sessionChangesEverythingThatIsMirrored() throws Exception {
        try (Store store = connect(one)) {
            SampleMail.fill(store, "anna");
            MailboxPicture before = MailboxPicture.of(store);
            new DemoSession(store, "anna", told::add).play();
            MailboxPicture after = MailboxPicture.of(store);

            assertThat(before.size()).isEqualTo(5);
            assertThat(before.changesTo(before)).isEmpty();
            assertThat(before.changesTo(after))
                    .containsExactlyInAnyOrder(
                            "INBOX: \"Welcome\" has the flags []",
                            "INBOX: \"Lunch on Friday?\" has the flags [$Work, \\Answered,"
                                    + " \\Flagged]",
                            "INBOX: \"Minutes of the meeting\" is new [\\Seen]",
                            "mailbox Work is new",
                            "Work: \"The contract\" is new [\\Flagged, \\Seen]",
                            "Work: \"Minutes of the meeting\" is new [\\Seen]",
                            "mailbox Work.Alpha is new",
                            "Work.Alpha: \"Holidays\" is new []",
                            "Work is subscribed",
                            "Archive is not subscribed");
            assertThat(told).hasSize(9);
        }
    }

    @Test
    void sameSessionOnTwoServersGivesEqualPictures() throws Exception {
        try (Store left = connect(one);
                Store right = connect(other)) {
            for (Store store : List.of(left, right)) {
                SampleMail.fill(store, "anna");
                new DemoSession(store, "anna", told::add).play();
            }
            assertThat(MailboxPicture.of(right)).isEqualTo(MailboxPicture.of(left));
            assertThat(one.picture("anna")).isEqualTo(MailboxPicture.of(left));
        }
    }

    @Test
    void pictureShowsWhatDiffers() throws Exception {
        try (Store left = connect(one);
                Store right = connect(other)) {
            SampleMail.fill(left, "anna");
            SampleMail.fill(right, "anna");
            try (Folder inbox = right.getFolder("INBOX")) {
                inbox.open(Folder.READ_WRITE);
                inbox.getMessage(1).setFlag(Flags.Flag.DELETED, true);
                inbox.expunge();
                inbox.getMessage(2).setFlag(Flags.Flag.ANSWERED, true);
            }
            other.deliver("anna", SampleMail.plain("anna", 9, "Delivered"));
            assertThat(MailboxPicture.of(left).changesTo(MailboxPicture.of(right)))
                    .containsExactlyInAnyOrder(
                            "INBOX: \"Welcome\" is gone",
                            "INBOX: \"Lunch on Friday?\" has the flags [\\Answered]",
                            "INBOX: \"Delivered\" is new []");
        }
    }

    private static Store connect(DemoServer server) throws Exception {
        return MailClient.connect(server.host(), server.port(), "anna", "secret");
    }
}
