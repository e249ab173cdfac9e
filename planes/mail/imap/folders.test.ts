// Folder commands on a socket: names, LIST in all its forms, and what happens to messages.
import { describe, expect, it } from 'vitest';
import { message, useImapServer } from './testing/imap-server.ts';
import type { RawClient } from './testing/raw-client.ts';

describe('folders', () => {
  const imap = useImapServer();

  // `LIST (…) "/" "name" …` as [attributes, name, extended data]
  const listed = (lines: string[]) =>
    lines.map((line) => {
      const [, attributes, name, extended] =
        /^\* (?:LIST|LSUB) \(([^)]*)\) "\/" "([^"]*)"(.*)$/.exec(line) ?? [];
      return [attributes, name, extended?.trim()].filter(Boolean).join(' ');
    });
  const names = async (client: RawClient, pattern: string) =>
    listed(await client.ok(`LIST "" ${pattern}`)).map((entry) => entry.split(' ').at(-1));

  it('answers the hierarchy separator to an empty pattern', async () => {
    const client = await imap.raw(await imap.mailbox());
    expect(await client.ok('LIST "" ""')).toEqual(['* LIST (\\Noselect) "/" ""']);
  });

  it('matches * over levels and % within one', async () => {
    const client = await imap.raw(await imap.mailbox());
    for (const name of ['t/one', 't/two', 't/three/four/five']) await client.ok(`CREATE ${name}`);
    expect(await names(client, 't/%')).toEqual(['t/one', 't/three', 't/two']);
    expect(await names(client, 't/%/%')).toEqual(['t/three/four']);
    expect(await names(client, 't/*')).toEqual([
      't/one',
      't/three',
      't/three/four',
      't/three/four/five',
      't/two',
    ]);
    expect(await names(client, 't/*four')).toEqual(['t/three/four']);
    expect(await names(client, 't/%t*e')).toEqual(['t/three', 't/three/four/five']);
    expect(listed(await client.ok('LIST t/ %'))).toHaveLength(3);
    expect(await names(client, 'inbox')).toEqual(['INBOX']);
    expect(await names(client, 'InB%')).toEqual(['INBOX']);
    expect(await names(client, 'missing')).toEqual([]);
  });

  it('refuses patterns that would take long to match', async () => {
    const client = await imap.raw(await imap.mailbox());
    for (const command of ['LIST', 'LSUB']) {
      expect(await client.status(`${command} "" ${'*a'.repeat(600)}`)).toBe('BAD');
    }
  });

  it('creates the levels above a folder, and takes a separator at the end for the same name', async () => {
    const client = await imap.raw(await imap.mailbox());
    await client.ok('CREATE up/down/');
    expect(await names(client, 'up*')).toEqual(['up', 'up/down']);
    expect((await client.command('CREATE up')).tagged).toMatch(/^NO \[ALREADYEXISTS\]/);
    expect((await client.command('CREATE inbox')).tagged).toMatch(/^NO \[ALREADYEXISTS\]/);
  });

  it.each(['""', '"/a"', '"a//b"', '"a&b"', '"&AA-"', '{1+}\r\n\x07', `"${'x'.repeat(256)}"`])(
    'refuses the name %s',
    async (name) => {
      const client = await imap.raw(await imap.mailbox());
      expect((await client.command(`CREATE ${name}`)).tagged).toMatch(/^NO \[CANNOT\]/);
    },
  );

  it('takes wildcards, quotes, brackets and backslashes in names, and lists them as they are', async () => {
    const client = await imap.raw(await imap.mailbox());
    for (const name of ['"50%"', '"a*b"', '"(x) {y}"', '"say \\"hi\\""', '"c:\\\\d"', '"#news ~home"']) {
      await client.ok(`CREATE ${name}`);
      await client.ok(`SUBSCRIBE ${name}`);
      expect(await client.ok(`LIST "" ${name}`)).toContain(`* LIST (\\HasNoChildren) "/" ${name}`);
      expect(await client.ok(`LSUB "" ${name}`)).toContain(`* LSUB () "/" ${name}`);
      expect(await client.ok(`STATUS ${name} (MESSAGES)`)).toEqual([`* STATUS ${name} (MESSAGES 0)`]);
      await client.ok(`DELETE ${name}`);
    }
  });

  it('keeps the folders below a deleted one under its bare name', async () => {
    const client = await imap.raw(await imap.mailbox());
    await client.ok('CREATE a/b');
    await client.append('a', message('goes away'));
    await client.ok('DELETE a');
    expect(listed(await client.ok('LIST "" a*'))).toEqual([
      '\\Noselect \\HasChildren a',
      '\\HasNoChildren a/b',
    ]);
    expect((await client.command('SELECT a')).tagged).toMatch(/^NO \[NONEXISTENT\]/);
    expect((await client.command('DELETE a')).tagged).toMatch(/^NO/);
    await client.ok('CREATE a');
    expect(await client.ok('STATUS a (MESSAGES)')).toEqual(['* STATUS "a" (MESSAGES 0)']);
    await client.ok('DELETE a/b');
    await client.ok('DELETE a');
    expect((await client.command('DELETE a')).tagged).toMatch(/^NO \[NONEXISTENT\]/);
    expect((await client.command('DELETE INBOX')).tagged).toMatch(/^NO/);
  });

  it('gives a folder made again under its old name a greater UIDVALIDITY', async () => {
    const client = await imap.raw(await imap.mailbox());
    const uidValidity = async () => {
      await client.ok('CREATE again');
      const [line] = await client.ok('STATUS again (UIDVALIDITY)');
      await client.ok('DELETE again');
      return Number(/UIDVALIDITY (\d+)/.exec(line!)![1]);
    };
    const first = await uidValidity();
    expect(await uidValidity()).toBeGreaterThan(first);
  });

  it('renames a folder with everything below and in it', async () => {
    const client = await imap.raw(await imap.mailbox());
    await client.ok('CREATE old/sub');
    await client.append('old', message('stays'));
    const [before] = await client.ok('STATUS old (UIDVALIDITY UIDNEXT MESSAGES)');
    await client.ok('RENAME old new/place');
    expect(await names(client, 'old*')).toEqual([]);
    expect(await names(client, 'new*')).toEqual(['new', 'new/place', 'new/place/sub']);
    const [after] = await client.ok('STATUS new/place (UIDVALIDITY UIDNEXT MESSAGES)');
    expect(after).toBe(before!.replace('"old"', '"new/place"'));
    expect((await client.command('RENAME missing x')).tagged).toMatch(/^NO \[NONEXISTENT\]/);
    expect((await client.command('RENAME new INBOX')).tagged).toMatch(/^NO \[ALREADYEXISTS\]/);
    expect((await client.command('RENAME new new/inside')).tagged).toMatch(/^NO/);
  });

  it('empties INBOX when it is renamed, and keeps it', async () => {
    const client = await imap.raw(await imap.mailbox());
    await client.append('INBOX', message('one'), '\\Seen');
    await client.append('INBOX', message('two'));
    await client.ok('CREATE INBOX/below');
    await client.ok('RENAME INBOX 2020');
    expect(await client.ok('STATUS INBOX (MESSAGES UNSEEN SIZE)')).toEqual([
      '* STATUS "INBOX" (MESSAGES 0 UNSEEN 0 SIZE 0)',
    ]);
    expect(await client.ok('STATUS 2020 (MESSAGES UNSEEN)')).toEqual([
      '* STATUS "2020" (MESSAGES 2 UNSEEN 1)',
    ]);
    expect(await names(client, 'INBOX*')).toEqual(['INBOX', 'INBOX/below']);
    expect(await names(client, '2020*')).toEqual(['2020']);
  });

  it('keeps subscriptions apart from folders', async () => {
    const client = await imap.raw(await imap.mailbox());
    for (const name of ['s/one', 's/two/three', 's/four']) await client.ok(`CREATE ${name}`);
    for (const name of ['s/one', 's/two/three']) await client.ok(`SUBSCRIBE ${name}`);
    expect(listed(await client.ok('LSUB "" s/%'))).toEqual(['s/one', '\\Noselect s/two']);
    expect(listed(await client.ok('LSUB s/ *'))).toEqual(['s/one', 's/two/three']);
    await client.ok('DELETE s/one');
    expect(listed(await client.ok('LIST (SUBSCRIBED) "" s/*'))).toEqual([
      '\\NonExistent \\Subscribed s/one',
      '\\Subscribed \\HasNoChildren s/two/three',
    ]);
    await client.ok('UNSUBSCRIBE s/one');
    await client.ok('UNSUBSCRIBE s/one');
    expect(listed(await client.ok('LSUB "" s/*'))).toEqual(['s/two/three']);
  });

  it('lists by several patterns, by subscription, recursively and by use', async () => {
    const client = await imap.raw(await imap.mailbox());
    for (const name of ['e/a', 'e/b/c', 'e/b/d', 'e/f/f']) await client.ok(`CREATE ${name}`);
    for (const name of ['e/a', 'e/b/c', 'e/f/f']) await client.ok(`SUBSCRIBE ${name}`);
    expect(listed(await client.ok('LIST "" (e/a e/%/d)'))).toEqual([
      '\\HasNoChildren e/a',
      '\\HasNoChildren e/b/d',
    ]);
    expect(listed(await client.ok('LIST "" e/% RETURN (SUBSCRIBED CHILDREN)'))).toEqual([
      '\\Subscribed \\HasNoChildren e/a',
      '\\HasChildren e/b',
      '\\HasChildren e/f',
    ]);
    // e/b is told for the sake of e/b/c, which the pattern does not reach; for *f the pattern reaches both.
    expect(listed(await client.ok('LIST (SUBSCRIBED RECURSIVEMATCH) "" e/%'))).toEqual([
      '\\Subscribed \\HasNoChildren e/a',
      '\\HasChildren e/b ("CHILDINFO" ("SUBSCRIBED"))',
      '\\HasChildren e/f ("CHILDINFO" ("SUBSCRIBED"))',
    ]);
    expect(listed(await client.ok('LIST (SUBSCRIBED RECURSIVEMATCH) "" *f'))).toEqual([
      '\\Subscribed \\HasNoChildren e/f/f',
    ]);
    expect(listed(await client.ok('LIST (SPECIAL-USE REMOTE) "" *'))).toHaveLength(5);
    await client.ok('CREATE e/sent (USE (\\Sent))');
    expect(listed(await client.ok('LIST "" e/sent RETURN (SPECIAL-USE)'))).toEqual([
      '\\HasNoChildren \\Sent e/sent',
    ]);
    expect((await client.command('CREATE e/x (USE (\\Shoes))')).tagged).toMatch(/^NO \[USEATTR\]/);
  });

  it('answers STATUS with LIST and by itself, for every item', async () => {
    const client = await imap.raw(await imap.mailbox());
    await client.ok('CREATE st');
    const raw = message('one');
    await client.append('st', raw, '\\Seen \\Deleted');
    await client.append('st', raw);
    expect(
      await client.ok('STATUS st (MESSAGES RECENT UNSEEN DELETED UIDNEXT SIZE HIGHESTMODSEQ APPENDLIMIT)'),
    ).toEqual([
      `* STATUS "st" (MESSAGES 2 RECENT 2 UNSEEN 1 DELETED 1 UIDNEXT 3 SIZE ${2 * raw.length} HIGHESTMODSEQ 3 APPENDLIMIT 52428800)`,
    ]);
    expect(await client.ok('STATUS st (messages MESSAGES)')).toEqual(['* STATUS "st" (MESSAGES 2)']);
    expect(await client.ok('LIST "" st RETURN (STATUS (MESSAGES UNSEEN))')).toEqual([
      '* LIST (\\HasNoChildren) "/" "st"',
      '* STATUS "st" (MESSAGES 2 UNSEEN 1)',
    ]);
  });

  it('opens for reading only with EXAMINE, and nothing after a SELECT that failed', async () => {
    const client = await imap.raw(await imap.mailbox());
    await client.append('INBOX', message('one'), '\\Deleted');
    const examined = await client.command('EXAMINE INBOX');
    expect(examined.tagged).toMatch(/^OK \[READ-ONLY\]/);
    expect(examined.untagged).toContain('* OK [PERMANENTFLAGS ()] Flags permitted');
    expect(examined.untagged).toContain('* 1 RECENT');
    for (const command of ['STORE 1 FLAGS ()', 'EXPUNGE', 'UID EXPUNGE 1', 'MOVE 1 Trash']) {
      expect((await client.command(command)).tagged).toMatch(/^NO \[READ-ONLY\]/);
    }
    await client.ok('FETCH 1 BODY[]');
    await client.ok('CLOSE');
    expect(await client.status('FETCH 1 FLAGS')).toBe('BAD');
    const selected = await client.ok('SELECT INBOX');
    expect(selected).toEqual(
      expect.arrayContaining(['* 1 EXISTS', '* 1 RECENT', '* OK [UNSEEN 1] First unseen']),
    );
    expect((await client.command('SELECT missing')).untagged).toEqual([
      '* OK [CLOSED] Previous mailbox closed',
    ]);
    expect(await client.status('FETCH 1 FLAGS')).toBe('BAD');
    await client.ok('SELECT INBOX');
    expect(await client.ok('CLOSE')).toEqual([]);
    expect(await client.ok('STATUS INBOX (MESSAGES)')).toEqual(['* STATUS "INBOX" (MESSAGES 0)']);
  });

  it('says which folder could be created when there is none to put a message in', async () => {
    const client = await imap.raw(await imap.mailbox());
    const raw = message('one');
    await client.append('INBOX', raw);
    await client.ok('SELECT INBOX');
    for (const command of [
      `APPEND missing {${raw.length}+}\r\n${raw}`,
      'COPY 1 missing',
      'UID MOVE 1 missing',
    ]) {
      expect((await client.command(command)).tagged).toMatch(/^NO \[TRYCREATE\]/);
    }
  });
});
