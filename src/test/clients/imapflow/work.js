// What a web mail does, by imapflow: usage: node work.js HOST PORT USER PASSWORD
import assert from 'node:assert/strict';
import { ImapFlow } from 'imapflow';

const [host, port, user, pass] = process.argv.slice(2);

function connection() {
    return new ImapFlow({
        host,
        port: Number(port),
        secure: false,
        doSTARTTLS: false,
        auth: { user, pass },
        qresync: true,
        logger: false
    });
}

function message(subject, size = 0) {
    const line = `text of ${subject}\r\n`;
    return Buffer.from(
        'From: Sender <sender@example.org>\r\n' +
            'Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n' +
            `Message-ID: <${subject}@example.org>\r\n` +
            `Subject: ${subject}\r\n\r\n` +
            line.repeat(1 + size / line.length)
    );
}

async function subjects(client, path) {
    const lock = await client.getMailboxLock(path);
    try {
        const all = [];
        for await (const found of client.fetch('1:*', { envelope: true, uid: true, flags: true, modseq: true })) {
            assert.ok(found.modseq > 0n);
            all.push(found.envelope.subject);
        }
        return all;
    } finally {
        lock.release();
    }
}

async function work(client) {
    await client.mailboxCreate('Büro');
    await client.mailboxCreate(['Büro', 'Ablage & Co']);
    await client.mailboxCreate('Gone');
    await client.mailboxSubscribe('Büro');
    for (const subject of ['one', 'two', 'three', 'four', 'five']) {
        const appended = await client.append('INBOX', message(subject), ['\\Seen'], new Date('2026-11-23T10:00:00Z'));
        assert.ok(appended.uid > 0);
    }
    const large = message('large', 3_000_000);
    await client.append('Büro', large, ['\\Draft', 'later']);

    let lock = await client.getMailboxLock('INBOX');
    try {
        assert.equal(client.mailbox.exists, 5);
        assert.deepEqual(await client.search({ subject: 'three' }, { uid: true }), [3]);
        assert.ok(await client.messageFlagsAdd('1:2', ['\\Flagged', '$Important']));
        assert.ok(await client.messageFlagsRemove('2', ['\\Seen'], { uid: true }));
        assert.ok(await client.messageFlagsSet({ uid: '4' }, ['\\Answered'], { uid: true }));
        const copied = await client.messageCopy('1,3', 'Büro/Ablage & Co', { uid: true });
        assert.equal(copied.uidMap.size, 2);
        const moved = await client.messageMove('2', 'Büro');
        assert.equal(moved.uidMap.size, 1);
        assert.ok(await client.messageDelete({ subject: 'five' }));
    } finally {
        lock.release();
    }
    assert.deepEqual(await subjects(client, 'INBOX'), ['one', 'three', 'four']);

    lock = await client.getMailboxLock('Büro');
    try {
        const { content } = await client.download('1', undefined, { uid: true });
        const parts = [];
        for await (const part of content) {
            parts.push(part);
        }
        assert.ok(Buffer.concat(parts).equals(large));
    } finally {
        lock.release();
    }
    await client.append('Gone', message('gone'));
    assert.ok(await client.mailboxDelete('Gone'));
    await client.mailboxRename('Büro/Ablage & Co', 'Büro/Archiv');
    const names = (await client.list()).map(found => found.path);
    assert.ok(names.includes('Büro/Archiv') && !names.includes('Gone'), names.join());
}

// A message that another connection appends is noticed without asking.
async function idle(client) {
    const lock = await client.getMailboxLock('INBOX');
    const other = connection();
    try {
        const noticed = new Promise(resolve => client.on('exists', resolve));
        const idling = client.idle();
        await other.connect();
        await other.append('INBOX', message('pushed'));
        const { count, prevCount } = await noticed;
        assert.deepEqual([prevCount, count], [3, 4]);
        assert.ok(await client.messageFlagsAdd('*', ['\\Seen', '\\Flagged']));
        await idling;
    } finally {
        lock.release();
        await other.logout();
    }
}

const client = connection();
await client.connect();
assert.ok(client.capabilities.has('COMPRESS=DEFLATE'));
assert.ok(client._deflate && client._inflate, 'compression is active');
assert.ok(client.enabled.has('CONDSTORE') && client.enabled.has('QRESYNC'), [...client.enabled].join());
await work(client);
await idle(client);
await client.logout();
