package org.imapmirror.app.demo;

import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Store;

import org.eclipse.angus.mail.imap.IMAPFolder;

import java.util.function.Consumer;

/// What a person does in a mail client on an account that [SampleMail#fill] has filled: everything
/// once that is to be mirrored.
public final class DemoSession {
    private final Store store;
    private final String account;
    private final Consumer<String> told;

    /// @param told is told each step before it is taken
    public DemoSession(Store store, String account, Consumer<String> told) {
        this.store = store;
        this.account = account;
        this.told = told;
    }

    /// @throws MessagingException where the server refuses a step
    public void play() throws MessagingException {
        char separator = store.getDefaultFolder().getSeparator();
        Folder inbox = store.getFolder("INBOX");
        inbox.open(Folder.READ_WRITE);

        told.accept("append three messages to INBOX");
        SampleMail.append(inbox, SampleMail.plain(account, 10, "Minutes of the meeting"), seen());
        SampleMail.append(inbox, SampleMail.withAttachment(account, 11, "Holidays"), new Flags());
        SampleMail.append(inbox, SampleMail.plain(account, 12, "Win a car"), new Flags());

        told.accept(
                "create the mailboxes Projects and Projects" + separator + "Alpha, and Temporary");
        Folder projects = MailClient.create(store, "Projects");
        Folder alpha = MailClient.create(store, "Projects" + separator + "Alpha");
        Folder temporary = MailClient.create(store, "Temporary");

        told.accept("set and clear flags: \\Flagged, \\Answered, $Work, not \\Seen");
        Flags marks = new Flags(Flags.Flag.FLAGGED);
        marks.add(Flags.Flag.ANSWERED);
        marks.add("$Work");
        inbox.setFlags(new Message[] {subject(inbox, "Lunch on Friday?")}, marks, true);
        subject(inbox, "Welcome").setFlag(Flags.Flag.SEEN, false);

        told.accept("copy two messages to Projects");
        inbox.copyMessages(
                new Message[] {
                    subject(inbox, "The contract"), subject(inbox, "Minutes of the meeting")
                },
                projects);
        inbox.copyMessages(new Message[] {subject(inbox, "Holidays")}, temporary);

        told.accept("move a message to Projects" + separator + "Alpha");
        ((IMAPFolder) inbox).moveMessages(new Message[] {subject(inbox, "Holidays")}, alpha);

        told.accept("delete a message and expunge it");
        subject(inbox, "Win a car").setFlag(Flags.Flag.DELETED, true);
        inbox.expunge();
        inbox.close(false);

        told.accept("rename Projects to Work, with the mailbox below it");
        if (!projects.renameTo(store.getFolder("Work"))) {
            throw new MessagingException("the server did not rename Projects");
        }

        told.accept("delete the mailbox Temporary with its message");
        if (!temporary.delete(false)) {
            throw new MessagingException("the server did not delete Temporary");
        }

        told.accept("subscribe to Work, unsubscribe from Archive");
        store.getFolder("Work").setSubscribed(true);
        store.getFolder("Archive").setSubscribed(false);
    }

    private static Flags seen() {
        return new Flags(Flags.Flag.SEEN);
    }

    private static Message subject(Folder folder, String subject) throws MessagingException {
        for (Message message : folder.getMessages()) {
            if (!message.isExpunged() && subject.equals(message.getSubject())) {
                return message;
            }
        }
        throw new MessagingException("no message \"" + subject + "\" in " + folder.getFullName());
    }
}
