package org.imapmirror.app.demo;

import com.icegreen.greenmail.imap.ImapHostManager;
import com.icegreen.greenmail.store.FolderException;
import com.icegreen.greenmail.store.MailFolder;
import com.icegreen.greenmail.store.StoredMessage;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.ServerSetup;

import jakarta.mail.Flags;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;

import org.imapmirror.app.demo.MailboxPicture.MessagePicture;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;

import java.io.IOException;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// An embedded IMAP server on a free port of the loopback address. It keeps everything in memory.
public final class DemoServer implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    private final String name;
    private final QuickGreenMail greenMail;

    private DemoServer(String name, QuickGreenMail greenMail) {
        this.name = name;
        this.greenMail = greenMail;
    }

    /// @param name the server's key in the configuration
    /// @param passwords of the accounts
    public static DemoServer start(String name, Map<String, String> passwords) {
        QuickGreenMail greenMail =
                new QuickGreenMail(new ServerSetup(0, HOST, ServerSetup.PROTOCOL_IMAP));
        greenMail.start();
        passwords.forEach((user, password) -> greenMail.setUser(user, user, password));
        return new DemoServer(name, greenMail);
    }

    public String name() {
        return name;
    }

    public String host() {
        return HOST;
    }

    public int port() {
        return greenMail.port();
    }

    public Endpoint endpoint() {
        return new Endpoint(name, HOST, port(), Endpoint.Tls.NONE, new Trust.System());
    }

    /// Puts a message into an account's INBOX without any client, as a delivery would; with the
    /// date of the message, because this server takes a date in the hour after noon for one after
    /// midnight when a message with it is appended, and copies of today's mail would differ then.
    public void deliver(String account, MimeMessage message) {
        GreenMailUser user = greenMail.getUserManager().getUser(account);
        try {
            greenMail
                    .getManagers()
                    .getImapHostManager()
                    .getInbox(user)
                    .appendMessage(message, new Flags(), message.getReceivedDate());
        } catch (FolderException | MessagingException e) {
            throw new IllegalStateException("bug: the embedded server does not deliver", e);
        }
    }

    /// An account as it is in the server's memory at this moment; the same as a client would see.
    public MailboxPicture picture(String account) {
        while (true) {
            try {
                return read(account);
            } catch (ConcurrentModificationException _) {
                // Its lists are open to whoever changes them; once more, until nobody does.
                Thread.onSpinWait();
            }
        }
    }

    private MailboxPicture read(String account) {
        GreenMailUser user = greenMail.getUserManager().getUser(account);
        ImapHostManager mail = greenMail.getManagers().getImapHostManager();
        try {
            SortedMap<String, List<MessagePicture>> mailboxes = new TreeMap<>();
            for (MailFolder folder : mail.listMailboxes(user, "*")) {
                List<MessagePicture> messages = new ArrayList<>();
                for (StoredMessage message : folder.getMessages()) {
                    messages.add(MailboxPicture.of(message.getMimeMessage(), message.getFlags()));
                }
                mailboxes.put(plainName(folder, user), messages);
            }
            SortedSet<String> subscribed = new TreeSet<>();
            for (MailFolder folder : mail.listSubscribedMailboxes(user, "*")) {
                subscribed.add(plainName(folder, user));
            }
            return new MailboxPicture(mailboxes, subscribed);
        } catch (FolderException | MessagingException | IOException e) {
            throw new IllegalStateException("bug: the embedded server cannot be read", e);
        }
    }

    /// Its own names begin with `#mail.USER.`.
    private static String plainName(MailFolder folder, GreenMailUser user) {
        String name = folder.getFullName();
        String prefix = user.getQualifiedMailboxName() + ".";
        int start = name.indexOf(prefix);
        return start < 0 ? name : name.substring(start + prefix.length());
    }

    @Override
    public void close() {
        greenMail.stop();
    }
}
