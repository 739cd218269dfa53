package org.imapmirror.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.store.MailFolder;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;

import jakarta.mail.Flags;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;

import org.imapmirror.testing.Mailboxes.Message;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Properties;

class AccountReaderTest {
    @Test
    void embeddedServerIsReadInUidOrder() throws Exception {
        Instant date = Instant.parse("2020-02-29T12:34:56Z");
        GreenMail server =
                new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_IMAP));
        server.start();
        try {
            GreenMailUser user = server.setUser("joe@localhost", "joe", "secret");
            MailFolder inbox = server.getManagers().getImapHostManager().getInbox(user);
            Flags flags = new Flags(Flags.Flag.ANSWERED);
            flags.add("$Forwarded");
            for (String subject : List.of("first", "second")) {
                MimeMessage message =
                        new MimeMessage(
                                Session.getInstance(new Properties()),
                                new ByteArrayInputStream(Mail.message(subject, "body")));
                inbox.appendMessage(message, flags, Date.from(date));
            }
            Access access = Access.plain("127.0.0.1", server.getImap().getPort(), "joe", "secret");
            Mailboxes account = Mailboxes.read(access);
            assertThat(account.byName()).containsOnlyKeys("INBOX");
            assertThat(account.get("INBOX").messages())
                    .extracting(Message::subject)
                    .containsExactly("first", "second");
            assertThat(account.get("INBOX").messages())
                    .allSatisfy(message -> {
                        assertThat(message.flags()).containsExactly("$forwarded", "\\Answered");
                        assertThat(message.internalDate()).isEqualTo(date);
                    });
        } finally {
            server.stop();
        }
    }
}
