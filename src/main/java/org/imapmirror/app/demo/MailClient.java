package org.imapmirror.app.demo;

import jakarta.mail.Folder;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;

import java.util.Properties;

/// Opens connections with Angus Mail.
public final class MailClient {
    private static final String MILLIS = "15000";

    private MailClient() {}

    /// A logged-in connection without TLS.
    ///
    /// @throws MessagingException where there is no connection or the login is refused
    public static Store connect(String host, int port, String user, String password)
            throws MessagingException {
        Properties properties = new Properties();
        properties.setProperty("mail.imap.connectiontimeout", MILLIS);
        properties.setProperty("mail.imap.timeout", MILLIS);
        properties.setProperty("mail.imap.writetimeout", MILLIS);
        properties.setProperty("mail.imap.partialfetch", "false");
        properties.setProperty("mail.imap.peek", "true");
        Store store = Session.getInstance(properties).getStore("imap");
        store.connect(host, port, user, password);
        return store;
    }

    /// Creates a mailbox.
    ///
    /// @throws MessagingException where the server does not
    static Folder create(Store store, String name) throws MessagingException {
        Folder folder = store.getFolder(name);
        if (!folder.create(Folder.HOLDS_MESSAGES | Folder.HOLDS_FOLDERS)) {
            throw new MessagingException("the server did not create " + name);
        }
        return folder;
    }
}
