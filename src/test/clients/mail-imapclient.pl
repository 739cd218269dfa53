#!/usr/bin/perl
# What scripts do, by Mail::IMAPClient.
# usage: mail-imapclient.pl HOST PORT USER PASSWORD FOLDER UID COMPRESS
# UID: 1 to name messages by UID, 0 by sequence number. COMPRESS: 1 or 0. All happens below FOLDER.
use strict;
use warnings;
eval { require Mail::IMAPClient; 1 }
    or die "Mail::IMAPClient is missing: apt-get install libmail-imapclient-perl\n$@";

my ( $host, $port, $user, $password, $top, $uid, $compress ) = @ARGV;

sub connection {
    my $imap = Mail::IMAPClient->new(
        Server       => $host,
        Port         => $port,
        User         => $user,
        Password     => $password,
        Uid          => $uid,
        Compress     => $compress,
        Timeout      => 30,
        Ignoresizeerrors => 0,
    ) or die "cannot log in: $@\n";
    return $imap;
}

my $client = connection();

sub must {
    my ( $what, $result ) = @_;
    defined $result && $result ne ''
        or die "$what: " . ( $client->LastError || "no result" ) . "\n";
    return $result;
}

sub same {
    my ( $what, $found, $expected ) = @_;
    $found eq $expected or die "$what: $found, and not $expected\n";
}

sub message {
    my ($subject) = @_;
    return join "\r\n", 'From: Sender <sender@example.org>', 'Date: Mon, 23 Nov 2026 10:00:00 +0000',
        "Message-ID: <$top-$subject\@example.org>", "Subject: $subject", '', "text of $subject", '';
}

sub subjects {
    my @ids = $client->messages;
    return join ' ', map { $client->subject($_) } @ids;
}

must 'create', $client->create($top);
must 'create', $client->create("$top/$_") for 'Copies', 'Gone', 'With Space';
must 'subscribe', $client->subscribe("$top/$_") for 'Copies', 'With Space';
must 'unsubscribe', $client->unsubscribe("$top/With Space");
for my $subject (qw(one two three four five six)) {
    must 'append', $client->append_string( $top, message($subject), '\Seen', '23-Nov-2026 10:00:00 +0000' );
}
must 'append', $client->append_string( "$top/Gone", message('gone') );

must 'select', $client->select($top);
my @ids = $client->messages;
same 'messages', scalar @ids, 6;
my @found = $client->search( 'SUBJECT', 'three' );
same 'search', "@found", $ids[2];
same 'message', $client->message_string( $ids[1] ), message('two');

must 'flag', $client->set_flag( 'Flagged', @ids[ 0, 2 ] );
must 'flag', $client->set_flag( 'later',   $ids[0] );
must 'flag', $client->unset_flag( 'Seen', $ids[2] );
must 'store', $client->store( $ids[1], '+FLAGS', '(\Answered)' );
must 'copy', $client->copy( "$top/Copies", @ids[ 0, 3 ] );
must 'copy', $client->copy( "$top/Copies", $ids[5] );

# Mail::IMAPClient makes the mailbox, copies and marks; only expunge removes.
must 'move', $client->move( "$top/Moved", $ids[1] );
must 'delete', $client->delete_message( $ids[4] );
must 'expunge', $client->expunge;
same 'messages', subjects(), 'one three four six';

# What is behind an expunged message has another number.
@ids = $client->messages;
must 'flag', $client->set_flag( 'Answered', $ids[3] );
must 'delete', $client->delete_message( $ids[0] );
must 'flag', $client->set_flag( 'Draft', $ids[1] );
must 'close', $client->close;

must 'select', $client->select("$top/Copies");
same 'messages', subjects(), 'one four six';
must 'rename', $client->rename( "$top/Copies", "$top/Kept" );
must 'delete', $client->delete("$top/Gone");
my %folders = map { $_ => 1 } $client->folders;
same 'folders', join( ' ', map { $folders{"$top/$_"} ? 1 : 0 } qw(Kept Copies Gone Moved) ), '1 0 0 1';

# A message that another connection appends is noticed without asking.
must 'select', $client->select($top);
my $tag = must 'idle', $client->idle;
my $other = connection();
$other->append_string( $top, message('pushed') ) or die 'append: ' . $other->LastError . "\n";
my @pushed;
for ( 1 .. 30 ) {
    push @pushed, @{ $client->idle_data(1) || die "idle: " . $client->LastError . "\n" };
    last if grep { /^\* 4 EXISTS/ } @pushed;
}
must 'done', $client->done($tag);
same 'pushed', scalar( grep { /^\* 4 EXISTS/ } @pushed ), 1;
$other->logout;
@ids = $client->messages;
must 'flag', $client->set_flag( 'Flagged', $ids[3] );
same 'messages', subjects(), 'three four six pushed';
must 'logout', $client->logout;
