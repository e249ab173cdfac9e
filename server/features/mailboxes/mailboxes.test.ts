// Mailboxes through HTTP: bought on a domain, listed, and opened with the credentials the API shows.
import { ImapFlow } from 'imapflow';
import { type Compilable, CompiledQuery, sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Db, inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { askUntil, expectBalanced, orderEnded, walletOf } from '../../testing/follow.ts';
import { freshName, orderOf } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { mailboxCounts, mailboxCountsFold } from './counts.ts';
import { mailboxesOfUids } from './store.ts';

const api = useInstallation({ INBOXKIT_MAX_MAILBOXES_PER_DOMAIN: '40' });
const domain = freshName();

const item = (username: string, more: object = {}) => ({
  first_name: 'Zoë',
  last_name: '李',
  username,
  domain_name: domain,
  platform: 'MICROSOFT',
  ...more,
});
const buy = (mailboxes: object[], more: object = {}, headers = {}) =>
  api.post('/mailboxes/buy', { mailboxes, ...more }, { headers });
const listed = async (body: object = {}) => (await api.post('/mailboxes/list', body)).body;
const activated = async (uids: string[]): Promise<Body[]> =>
  askUntil(
    async () => (await api.post('/mailboxes/status', { uids, limit: 500 })).body.mailboxes,
    (boxes) => boxes.every((box: Body) => box.status === 'active' || box.status === 'failed'),
  );

beforeAll(async () => {
  const placed = await api.post('/orders', orderOf([{ name: domain, mailboxes: [] }]));
  await orderEnded(api, placed.body.order_id);
});

describe('mailboxes/buy', () => {
  test('makes mailboxes that somebody can sign in to with what show-credentials says', async () => {
    const { status, body } = await buy([item('zoe'), item('li')]);
    expect(status).toBe(200);
    expect(body.message).toBe('Mailbox scheduled to be assigned to domains successfully');
    expect(body.mailboxes.map((box: Body) => [box.status, box.is_admin])).toEqual([
      ['scheduled', true],
      ['scheduled', false],
    ]);
    const uids = body.mailboxes.map((box: Body) => box.uid);
    expect((await activated(uids)).map((box) => box.status)).toEqual(['active', 'active']);

    const { body: shown } = await api.get(`/mailboxes/show-credentials?email=ZOE@${domain}`);
    expect(shown).toMatchObject({ uid: uids[0], email: `zoe@${domain}` });
    for (const pass of [shown.password, shown.app_password]) {
      const client = new ImapFlow({
        host: shown.imap.connect_to,
        port: shown.imap.port,
        secure: true,
        servername: shown.imap.host,
        auth: { user: shown.imap.username, pass },
        tls: { ca: shown.certificate },
        logger: false,
      });
      await client.connect();
      expect((await client.list()).map((folder) => folder.path)).toContain('INBOX');
      await client.logout();
    }
  });

  test('takes included seats first, then credits, and says so line by line before', async () => {
    const before = await walletOf(api);
    const boxes = Array.from({ length: 10 }, (_, index) => item(`seat${index}`));
    const quote = await buy(boxes, { dry_run: true });
    expect(quote.body.mailboxes).toEqual([]);
    const prices = quote.body.lines.map((line: Body) => line.credits);
    expect(prices).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 3.5, 3.5]);
    const bought = await buy(boxes);
    expect(bought.body.total_cost).toBe(7);
    await activated(bought.body.mailboxes.map((box: Body) => box.uid));
    expect(await walletOf(api)).toBe(before - 7);
    const paid = await buy([item('paid')], { use_wallet_balance: true });
    expect(paid.body.total_cost).toBe(3.5);
    await activated([paid.body.mailboxes[0].uid]);
    await expectBalanced(api);
  });

  const refusals: [string, () => object[], number, string][] = [
    ['an address that exists', () => [item('zoe')], 409, 'mailbox_exists'],
    ['one address twice', () => [item('twin'), item('TWIN')], 400, 'duplicate_mailbox'],
    ['another platform on the domain', () => [item('other', { platform: 'google' })], 400, 'mixed_platforms'],
    ['a platform nobody has', () => [item('other', { platform: 'YAHOO' })], 400, 'validation_failed'],
    ['a domain of nobody', () => [item('other', { domain_name: 'not-mine.com' })], 400, 'no_domains_found'],
    ['an unknown field', () => [item('other', { email: `other@${domain}` })], 400, 'validation_failed'],
    [
      'a name with a line break',
      () => [item('other', { first_name: 'Mara\r\nBcc: all' })],
      400,
      'validation_failed',
    ],
    ['a name with a control', () => [item('other', { last_name: 'Vo\u0007ss' })], 400, 'validation_failed'],
    [
      'a name that turns around',
      () => [item('other', { last_name: 'V\u202Essov' })],
      400,
      'validation_failed',
    ],
    ['a username with a space', () => [item('two words')], 400, 'invalid_username'],
    ['a username that is reserved', () => [item('abuse')], 400, 'invalid_username'],
    [
      'more than the domain may hold',
      () => Array.from({ length: 39 }, (_, index) => item(`many${index}`)),
      400,
      'too_many_mailboxes_on_domain',
    ],
    [
      '501 at once',
      () => Array.from({ length: 501 }, (_, index) => item(`many${index}`)),
      400,
      'validation_failed',
    ],
    ['none', () => [], 400, 'validation_failed'],
  ];
  test.each(refusals)('refuses %s, and charges nothing', async (_title, boxes, status, code) => {
    const before = await walletOf(api);
    const reply = await buy(boxes());
    expect([reply.status, reply.body.code], JSON.stringify(reply.body)).toEqual([status, code]);
    expect(await walletOf(api)).toBe(before);
  });

  test('says in the known words how many a domain may hold and holds', async () => {
    const { body } = await buy(Array.from({ length: 39 }, (_, index) => item(`many${index}`)));
    expect(body.message).toMatch(/maximum 40 mailboxes .* currently has \d+ mailbox/);
  });

  test('says in the known words that the wallet cannot pay, before and with a dry run', async () => {
    const poor = await addTeam(api.installation, 20);
    const options = { key: poor.key, workspace: poor.workspaceUid };
    const name = freshName();
    const placed = await api.post('/orders', orderOf([{ name, mailboxes: [] }]), options);
    expect(placed.status).toBe(201);
    const mailboxes = Array.from({ length: 3 }, (_, index) => item(`m${index}`, { domain_name: name }));
    for (const dry_run of [true, false]) {
      const body = { mailboxes, use_wallet_balance: true, dry_run };
      const reply = await api.post('/mailboxes/buy', body, options);
      expect([reply.status, reply.body.code, reply.body.message]).toEqual([
        402,
        'insufficient_funds',
        'Insufficient wallet balance to purchase mailboxes',
      ]);
    }
    await orderEnded({ ...api, get: (path) => api.get(path, options) }, placed.body.order_id);
  });

  test('takes "" and null for a picture that is not there', async () => {
    const boxes = [item('nopic', { profile_picture: null }), item('blank', { profile_picture: '' })];
    const { body } = await buy(boxes);
    expect(body.mailboxes.map((box: Body) => box.profile_picture)).toEqual([null, null]);
    await activated(body.mailboxes.map((box: Body) => box.uid));
  });

  test('of twenty that want one address at once, one gets it', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => buy([item('race')])));
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
    expect(replies.filter((reply) => reply.body.code === 'mailbox_exists')).toHaveLength(19);
    const won = replies.find((reply) => reply.status === 200)!;
    await activated([won.body.mailboxes[0].uid]);
  });
});

describe('reading mailboxes', () => {
  test('the list carries addresses, finds them by name and address, and filters strictly', async () => {
    const all = await listed({ limit: 500 });
    expect(all.total).toBe(all.mailboxes.length);
    expect(all.mailboxes[0].email).toBe(`${all.mailboxes[0].username}@${domain}`);
    expect((await listed({ keyword: `zoe@${domain}` })).mailboxes[0].username).toBe('zoe');
    expect((await listed({ keyword: 'ZOË 李' })).total).toBe(all.total);
    expect((await listed({ platform: 'google' })).total).toBe(0);
    expect((await listed({ domain: 'not-mine.com' })).mailboxes).toEqual([]);
    expect((await listed({ status: 'active' })).total).toBe(all.status_counts.active);
    const unknown = await api.post('/mailboxes/list', { domain_name: domain });
    expect(unknown.body.message).toContain('domain_name');
  });

  test('a search is read by page, each row once, with the address that fits exactly in front', async () => {
    const word = `zoe@${domain}`;
    // The exact one is among the oldest: by a cursor it would come first and once more in its place.
    const all = await listed({ keyword: domain, limit: 500 });
    expect(all.next_cursor).toBeNull();
    const seen: string[] = [];
    for (let page = 1; page <= Math.ceil(all.total / 2); page += 1) {
      const { mailboxes, next_cursor } = await listed({ keyword: domain, limit: 2, page });
      expect(next_cursor).toBeNull();
      seen.push(...mailboxes.map((box: Body) => box.uid));
    }
    expect(new Set(seen).size).toBe(all.total);
    expect((await listed({ keyword: word, limit: 1 })).mailboxes[0].email).toBe(word);
    const { next_cursor } = await listed({ limit: 1 });
    const both = await api.post('/mailboxes/list', { keyword: word, cursor: next_cursor });
    expect([both.status, both.body.problems[0].path]).toEqual([400, 'cursor']);
  });

  test('a list is sorted by a field both ways, rows without a value last, each once over its pages', async () => {
    const { total } = await listed({ limit: 1 });
    expect(total).toBeGreaterThan(2);
    const read = async (sort: string): Promise<Body[]> => {
      const pages = Array.from({ length: Math.ceil(total / 2) }, (_, index) =>
        listed({ sort, limit: 2, page: index + 1 }),
      );
      return (await Promise.all(pages)).flatMap(({ mailboxes }) => mailboxes);
    };
    for (const [sort, shown] of [
      ['email', (box: Body) => box.email],
      ['status', (box: Body) => box.status],
      ['renewal_date', (box: Body) => box.renewal_date],
    ] as const) {
      for (const falling of [false, true]) {
        const rows = await read(falling ? `-${sort}` : sort);
        expect(new Set(rows.map(({ uid }) => uid)).size).toBe(total);
        const values = rows.map(shown);
        const present = values.filter((value) => value !== null);
        const inOrder = [...present].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
        expect(values).toEqual([
          ...(falling ? inOrder.reverse() : inOrder),
          ...values.filter((value) => value === null),
        ]);
      }
    }
  });

  test('a list takes "" and null for filters that are not set', async () => {
    const all = await listed({ limit: 500 });
    const blank = { keyword: '', domain: null, domain_uid: '', status: null, platform: '', cursor: null };
    expect((await listed({ ...blank, limit: 500 })).total).toBe(all.total);
  });

  test('details are at the top level and under mailbox, on both paths', async () => {
    const [box] = (await listed({ limit: 1 })).mailboxes;
    for (const path of [`/mailboxes/details?uid=${box.uid}`, `/mailboxes/${box.uid}`]) {
      const { body } = await api.get(path);
      expect(body).toMatchObject({ uid: box.uid, email: box.email, mailbox: { uid: box.uid } });
    }
    for (const path of ['/mailboxes/find', '/mailboxes/details?uid=6f1c2b3a-0000-4000-8000-000000000000']) {
      expect((await api.get(path)).status).toBe(404);
    }
  });

  test('status answers by mailbox and by domain, and asks for one of them', async () => {
    const [row] = (await api.post('/domains/list', { keyword: domain })).body.domains;
    const { body } = await api.post('/mailboxes/status', { domain_uids: [row.uid], limit: 1 });
    expect(body.domains).toEqual([expect.objectContaining({ uid: row.uid, name: domain, status: 'active' })]);
    expect(body.total).toBe(row.assigned_mailboxes);
    const neither = await api.post('/mailboxes/status', {});
    expect([neither.status, neither.body.message]).toEqual([400, 'uids is required']);
  });

  test('a mailbox of another workspace is not found, nor are its secrets', async () => {
    const [box] = (await listed({ limit: 1 })).mailboxes;
    const { body: other } = await api.post('/workspaces/create', { name: 'Elsewhere' });
    const options = { workspace: other.uid };
    for (const path of [`/mailboxes/details?uid=${box.uid}`, `/mailboxes/show-credentials?uid=${box.uid}`]) {
      const { status, body } = await api.get(path, options);
      expect([status, body.code]).toEqual([404, 'mailbox_not_found']);
    }
    expect((await api.post('/mailboxes/status', { uids: [box.uid] }, options)).body.mailboxes).toEqual([]);
  });

  test('what cannot be a uid is an unknown mailbox', async () => {
    for (const path of [
      '/mailboxes/details?uid=zoe',
      '/mailboxes/show-credentials?uid=zoe',
      '/mailboxes/zoe',
    ]) {
      const { status, body } = await api.get(path);
      expect([status, body.code]).toEqual([404, 'mailbox_not_found']);
    }
    const neither = await api.get('/mailboxes/show-credentials?uid=&email=');
    expect([neither.status, neither.body.code]).toEqual([400, 'validation_failed']);
  });

  test('a mailbox that failed shows no credentials, and no proven DNS', async () => {
    const { body } = await buy([item('doomed')]);
    const [{ uid }] = body.mailboxes;
    await activated([uid]);
    await api.database.db
      .updateTable('mailbox')
      .set({ status: 'failed', status_reason: 'the host is gone' })
      .where('uid', '=', uid)
      .execute();
    for (const query of [`uid=${uid}`, `email=doomed@${domain}`]) {
      const shown = await api.get(`/mailboxes/show-credentials?${query}`);
      expect([shown.status, shown.body.code]).toEqual([409, 'mailbox_has_no_credentials']);
      expect(shown.body).toMatchObject({ status: 'failed', reason: 'the host is gone' });
      expect(JSON.stringify(shown.body)).not.toContain('password');
    }
    expect((await api.get(`/mailboxes/${uid}`)).body.dns_propagation_status).toBe('na');
  });

  test('revealing credentials is recorded without them', async () => {
    const { body } = await api.get(`/mailboxes/show-credentials?email=zoe@${domain}`);
    const events = await api.installation.storage.db
      .selectFrom('event')
      .select(['type', 'data'])
      .where('subject_uid', '=', body.uid)
      .execute();
    expect(events.map((event) => event.type)).toContain('mailbox.credentials_revealed');
    const written = JSON.stringify(events);
    for (const secret of [body.password, body.app_password, body.secret])
      expect(written).not.toContain(secret);
  });
});

describe('the counters of mailboxes', () => {
  const countRows = (db: Db) =>
    sql<{ row: string }>`select ctid::text || xmin::text as row from mailbox_count order by 1`.execute(db);

  test('grow by nothing when an update moves no mailbox to another status', async () => {
    const isolation = { isolation: 'repeatable read' } as const;
    await inTransaction(
      api.database.db,
      async (tx) => {
        const before = await countRows(tx);
        await tx.updateTable('mailbox').set({ updated_at: new Date() }).execute();
        expect((await countRows(tx)).rows).toEqual(before.rows);
        await tx.updateTable('mailbox').set({ status: 'inactive' }).where('username', '=', 'zoe').execute();
        expect((await countRows(tx)).rows).toHaveLength(before.rows.length + 2);
        const counts = await mailboxCounts(tx, api.workspaceUid);
        expect(counts.find(({ status }) => status === 'inactive')?.count).toBe(1);
        await tx.updateTable('mailbox').set({ status: 'active' }).where('username', '=', 'zoe').execute();
      },
      isolation,
    );
  });

  test('are folded where there is something to fold, and left alone where there is not', async () => {
    const { db } = api.database;
    const before = await mailboxCounts(db, api.workspaceUid);
    await mailboxCountsFold(db);
    const folded = await countRows(db);
    await mailboxCountsFold(db);
    expect((await countRows(db)).rows).toEqual(folded.rows);
    const order = (rows: typeof before) => rows.map((row) => JSON.stringify(row)).sort();
    expect(order(await mailboxCounts(db, api.workspaceUid))).toEqual(order(before));
  });
});

describe('reading mailboxes of a large installation', () => {
  /** The conditions a query hands to an index, when it may not read the whole table. */
  const indexConditions = (query: (db: Db) => Compilable) =>
    inTransaction(api.database.db, async (tx) => {
      await sql`set local enable_seqscan = off`.execute(tx);
      const { sql: text, parameters } = query(tx).compile();
      const explained = await tx.executeQuery<Record<string, string>>(
        CompiledQuery.raw(`explain ${text}`, [...parameters]),
      );
      const plan = explained.rows.map((row) => row['QUERY PLAN']);
      return plan.filter((line) => line?.includes('Index Cond')).join();
    });

  test('finds an address, and the mailboxes of a domain, through an index', async () => {
    const ofWorkspace = (db: Db) =>
      db.selectFrom('mailbox').select('uid').where('workspace_uid', '=', api.workspaceUid);
    const byAddress = await indexConditions((db) =>
      ofWorkspace(db).where('address', '=', `zoe@${domain}`).orderBy('created_at', 'desc').limit(1),
    );
    expect(byAddress).toContain('address =');
    const byDomain = await indexConditions((db) =>
      ofWorkspace(db).where('domain_name', '=', domain).orderBy('created_at', 'desc').limit(10),
    );
    expect(byDomain).toContain('domain_name =');
  });

  test('takes more uids at once than a statement takes parameters', async () => {
    const [box] = (await listed({ limit: 1 })).mailboxes;
    const uids = [...Array.from({ length: 70_000 }, () => newId()), box.uid];
    expect([...(await mailboxesOfUids(api.database.db, uids)).keys()]).toEqual([box.uid]);
  });
});
