// Who did what: written for every write by the way of requests itself, chained, listed, exported, and checked.
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { chainStart, verifyAuditFile } from '../../../protocols/audit-chain.ts';
import { activeDomain } from '../../testing/active-domain.ts';
import { activeMailboxes } from '../../testing/active-mailbox.ts';
import { freshName, orderOf } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, type CallOptions, useInstallation } from '../../testing/test-installation.ts';
import { pruneAuditEntries } from './index.ts';
import { verifyAudit } from './verify.endpoint.ts';

const api = useInstallation();
let domain: { uid: string; name: string };
let mailbox: { uid: string; email: string };

beforeAll(async () => {
  domain = await activeDomain(api);
  [mailbox] = (await activeMailboxes(api, domain.name, ['mara'])) as [typeof mailbox];
}, 60_000);

const entriesOf = async (query: Record<string, string>, options?: CallOptions): Promise<Body[]> => {
  const { status, body } = await api.get(
    `/audit?${new URLSearchParams({ limit: '500', ...query })}`,
    options,
  );
  expect(status, JSON.stringify(body)).toBe(200);
  return body.entries;
};
const createTag = (name = freshName(), options?: CallOptions) => api.post('/tags', { name }, options);
const keyWith = async (scopes: string[], more: object = {}): Promise<{ uid: string; key: string }> => {
  const { body } = await api.post('/keys', { name: 'Audited', scopes, ...more });
  return { uid: body.key.uid, key: body.api_key };
};
const exported = async (query = '', options?: CallOptions): Promise<string> => {
  const answer = await fetch(`${api.installation.baseUrl}/v1/api/audit/export.jsonl${query}`, {
    headers: { Authorization: `Bearer ${options?.key ?? api.apiKey}` },
  });
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  return answer.text();
};
const check = async (query = ''): Promise<Body> => (await api.get(`/audit/verify${query}`)).body;

describe('an entry', () => {
  test('says who did what, from where, with which answer, and what it changed', async () => {
    const reply = await createTag('Audited tag', {
      headers: { 'User-Agent': 'northpeak-agent/2', 'X-Request-Id': 'req-audit-1' },
    });
    const [entry] = await entriesOf({ request_id: 'req-audit-1' });
    const { body: keys } = await api.get('/keys');
    expect(entry).toMatchObject({
      operation: 'tags.create',
      outcome: 'done',
      status: 200,
      code: null,
      team_id: api.teamUid,
      workspace_id: api.workspaceUid,
      actor: { type: 'api_key', id: keys.keys.at(-1).uid, session_id: null },
      address: '127.0.0.1',
      user_agent: 'northpeak-agent/2',
      input: { name: 'Audited tag' },
      targets: [reply.body.uid],
      changes: [
        {
          type: 'tag.created',
          subject: { type: 'tag', id: reply.body.uid },
          data: { name: 'Audited tag' },
        },
      ],
      change_count: 1,
    });
  });

  test('holds what was before and what is after, and leads from the thing to whoever changed it', async () => {
    await api.post('/domains/dmarc', { uids: [domain.uid], policy: 'quarantine' });
    const [entry] = await entriesOf({ target: domain.uid, operation: 'domains.set-dmarc' });
    expect(entry.changes[0].data.changes.policy ?? entry.changes[0].data.changes.dmarc_policy).toEqual({
      before: 'none',
      after: 'quarantine',
    });
  });

  test('is written for a look at credentials, without them', async () => {
    const { body } = await api.get(`/mailboxes/show-credentials?uid=${mailbox.uid}`);
    const [entry] = await entriesOf({ target: mailbox.uid, operation: 'mailboxes.show-credentials' });
    expect(entry.changes[0]).toMatchObject({ type: 'mailbox.credentials_revealed' });
    const text = JSON.stringify(entry);
    for (const secret of [body.password, body.app_password, body.secret]) expect(text).not.toContain(secret);
  });

  test('is written for a purchase and for one that could not be paid', async () => {
    const poor = await addTeam(api.installation, 0);
    const options = { key: poor.key, workspace: poor.workspaceUid };
    const wish = orderOf([{ name: freshName(), mailboxes: [] }]);
    const refused = await api.post('/orders', wish, options);
    expect(refused.status).toBe(402);
    const [entry] = await entriesOf({ operation: 'orders.place' }, options);
    expect(entry).toMatchObject({ outcome: 'refused', status: 402, code: refused.body.code, changes: [] });
    const [bought] = await entriesOf({ target: mailbox.uid, operation: 'mailboxes.buy' });
    expect(bought.changes.map(({ type }: Body) => type)).toContain('mailbox.status_changed');
  });

  test('keeps the fields of secrets and not the secrets', async () => {
    const password = 'Bright-Harbour-49-lamp';
    const changed = await api.post('/mailboxes/password', { uid: mailbox.uid, new_password: password });
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    const token = 'cf-token-that-nobody-may-read';
    await api.post('/cloudflare-domains/connect', {
      auth_type: 'api_token',
      api_token: token,
      domains: ['x.com'],
    });
    await api.post('/webhooks', { url: 'https://hooks.northpeak.example/with/key-8812' });
    await api.call('PUT', `/workspaces/${api.workspaceUid}`, {
      webhook_url: 'https://hooks.example/key-8813',
    });
    const [kept] = await entriesOf({ operation: 'mailboxes.change-password' });
    expect(kept.input).toEqual({ uid: mailbox.uid, new_password: '[blanked]' });
    const [connected] = await entriesOf({ operation: 'cloudflare-domains.connect' });
    expect(connected.input).toMatchObject({
      auth_type: 'api_token',
      api_token: '[blanked]',
      domains: ['x.com'],
    });
    const { rows } = await sql<{ text: string }>`select audit_entry::text as text from audit_entry`.execute(
      api.database.db,
    );
    const everything = rows.map(({ text }) => text).join('\n');
    for (const secret of [password, token, 'key-8812', 'key-8813', api.apiKey]) {
      expect(everything).not.toContain(secret);
    }
  });

  test('is one for a request that was sent twice, and none that says done for one that was rolled back', async () => {
    const name = freshName();
    const headers = { 'Idempotency-Key': name, 'X-Request-Id': `${name}-1` };
    await createTag(name, { headers });
    await createTag(name, { headers: { ...headers, 'X-Request-Id': `${name}-2` } });
    expect(await entriesOf({ request_id: `${name}-1` })).toHaveLength(1);
    expect(await entriesOf({ request_id: `${name}-2` })).toEqual([]);
    await createTag(name, { headers: { 'X-Request-Id': `${name}-3` } });
    const [refused] = await entriesOf({ request_id: `${name}-3` });
    expect(refused).toMatchObject({ outcome: 'refused', status: 409, code: 'tag_name_taken', changes: [] });
  });

  test('of a dry run holds no change, because there was none', async () => {
    const headers = { 'X-Request-Id': 'dry-run-1' };
    const { body } = await api.post('/mailboxes/renew', { uids: [mailbox.uid], dry_run: true }, { headers });
    expect(body.dry_run).toBe(true);
    const [entry] = await entriesOf({ request_id: 'dry-run-1' });
    expect(entry).toMatchObject({ outcome: 'done', changes: [], targets: [mailbox.uid] });
  });
});

describe('a refusal', () => {
  test('of a key without the right is written, whatever the operation', async () => {
    const reader = await keyWith(['read']);
    await createTag(freshName(), { key: reader.key });
    await api.get(`/mailboxes/show-credentials?uid=${mailbox.uid}`, { key: reader.key });
    const entries = await entriesOf({ actor: reader.uid, outcome: 'refused' });
    expect(entries.map(({ operation, status, code }) => [operation, status, code])).toEqual([
      ['mailboxes.show-credentials', 403, 'insufficient_scope'],
      ['tags.create', 403, 'insufficient_scope'],
    ]);
  });

  test('of a key that was revoked is written once a minute, however often it is tried', async () => {
    const gone = await keyWith(['read']);
    await api.post('/keys/revoke', { uid: gone.uid });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await api.get('/account', { key: gone.key })).status).toBe(401);
    }
    const entries = await entriesOf({ actor: gone.uid });
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ operation: 'accounts.get', status: 401, code: 'unauthorized' });
  });

  test('of a key from where it may not be used, and of one that is over, says whose it was', async () => {
    const elsewhere = await keyWith(['read'], { allowed_networks: ['203.0.113.0/24'] });
    expect((await api.get('/account', { key: elsewhere.key })).status).toBe(403);
    expect((await entriesOf({ actor: elsewhere.uid }))[0]).toMatchObject({ code: 'address_not_allowed' });
    const past = await keyWith(['read'], { expires_at: '2020-01-01T00:00:00Z' });
    expect((await api.get('/account', { key: past.key })).body.message).toBe('jwt expired');
    expect((await entriesOf({ actor: past.uid }))[0]).toMatchObject({ status: 401 });
  });

  test('of a write that was understood is written; what was not understood, and what only looked, is not', async () => {
    const at = new Date().toISOString();
    await api.call('DELETE', `/tags/${crypto.randomUUID()}`);
    await api.post('/tags', { name: '' });
    await api.get(`/domains/details?uid=${crypto.randomUUID()}`);
    await fetch(`${api.installation.baseUrl}/v1/api/account`, {
      headers: { Authorization: 'Bearer nonsense' },
    });
    const entries = await entriesOf({ outcome: 'refused', since: at });
    expect(entries.map(({ operation, code }) => [operation, code])).toEqual([
      ['tags.delete', 'tag_not_found'],
    ]);
  });
});

describe('the list', () => {
  test('is read page by page without a gap while more comes', async () => {
    for (let count = 0; count < 7; count += 1) await createTag();
    const seen: number[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: Body = await api.get(`/audit?limit=3&operation=tags.*&cursor=${cursor}`);
      seen.push(...body.entries.map(({ position }: Body) => position));
      cursor = body.next_cursor;
      await createTag();
    }
    expect(seen.length).toBeGreaterThan(7);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(seen.toSorted((a, b) => b - a));
  });

  test('is cut by time, kind of actor and workspace', async () => {
    const at = new Date().toISOString();
    await createTag();
    const later = await entriesOf({ since: at, actor_type: 'api_key', workspace_uid: api.workspaceUid });
    expect(later.map(({ operation }) => operation)).toEqual(['tags.create']);
    expect((await entriesOf({ until: at, limit: '1' }))[0].timestamp < at).toBe(true);
    expect(await entriesOf({ since: at, actor_type: 'person' })).toEqual([]);
  });

  test('is the team’s own, and for keys that may decide about keys', async () => {
    const stranger = await addTeam(api.installation);
    const options = { key: stranger.key };
    await createTag(freshName(), { ...options, workspace: stranger.workspaceUid });
    const theirs = await entriesOf({}, options);
    expect(theirs.map(({ team_id, position }) => [team_id, position])).toEqual([[stranger.teamUid, 1]]);
    const reader = await keyWith(['read', 'write', 'purchase', 'secrets']);
    expect((await api.get('/audit', { key: reader.key })).status).toBe(403);
  });
});

describe('the chain', () => {
  test('is intact after many wrote at once, and its file proves itself without the installation', async () => {
    await Promise.all(Array.from({ length: 40 }, () => createTag()));
    const verdict = await check();
    expect(verdict).toMatchObject({ intact: true, problem: null, complete: true, from: chainStart });
    const text = await exported();
    expect(await verifyAuditFile(text.trimEnd().split('\n'))).toMatchObject({
      intact: true,
      teamId: api.teamUid,
      after: chainStart,
      beginningAttested: true,
    });
    const { position } = verdict.end;
    await createTag();
    const rest = await exported(`?after=${position}`);
    expect(await verifyAuditFile(rest.trimEnd().split('\n'), verdict.end)).toMatchObject({
      intact: true,
      after: verdict.end,
    });
    expect(await check(`?known_position=${position}&known_hash=${verdict.end.hash}`)).toMatchObject({
      intact: true,
    });
  });

  test('the database itself refuses to change, remove or empty it', async () => {
    await createTag();
    await check();
    for (const table of ['audit_entry', 'audit_link', 'audit_checkpoint']) {
      await expect(sql`truncate ${sql.table(table)} cascade`.execute(api.database.db)).rejects.toThrow(
        'never changed',
      );
    }
    const attempts = [
      sql`update audit_entry set operation = 'x'`,
      sql`update audit_link set position = position + 1`,
      sql`delete from audit_entry`,
      sql`delete from audit_link`,
      sql`insert into audit_checkpoint select team_uid, position, sha256(sha256), now() from audit_link limit 1`,
    ];
    for (const attempt of attempts) await expect(attempt.execute(api.database.db)).rejects.toThrow();
    expect(await check()).toMatchObject({ intact: true });
  });

  test('shows what somebody changed who can switch the database’s guards off', async () => {
    const { end } = await check();
    const tampered = async (what: ReturnType<typeof sql>, then: (verdict: Body) => void) => {
      await api.database.db
        .transaction()
        .execute(async (tx) => {
          await sql`set local session_replication_role = replica`.execute(tx);
          await what.execute(tx);
          await sql`set local session_replication_role = origin`.execute(tx);
          const caller = { teamId: api.teamUid } as never;
          const context = { ...api.installation.context, db: tx };
          then(await verifyAudit.handle({ query: {}, caller } as never, context));
          throw new Error('undo');
        })
        .catch((error: Error) => {
          if (error.message !== 'undo') throw error;
        });
    };
    const of = (position: number) =>
      sql`(select seq from audit_link where team_uid = ${api.teamUid} and position = ${position})`;
    await tampered(sql`update audit_entry set address = '198.51.100.9' where seq = ${of(3)}`, (verdict) =>
      expect(verdict).toMatchObject({
        intact: false,
        problem: 'entry 3 was changed: its hash is another',
        to: { position: 2 },
      }),
    );
    await tampered(sql`delete from audit_link where team_uid = ${api.teamUid} and position = 4`, (verdict) =>
      expect(verdict).toMatchObject({ intact: false, problem: 'entry 4 is missing: 5 follows' }),
    );
    await tampered(
      sql`update audit_link set sha256 = sha256(sha256) where team_uid = ${api.teamUid} and position = ${end.position}`,
      (verdict) => expect(verdict.intact).toBe(false),
    );
    expect(await check()).toMatchObject({ intact: true });
  });

  test('what is left when the time of entries is over still proves itself, and says what was removed', async () => {
    const before = await check();
    const year = 365 * 86_400_000;
    const clock = { ...api.installation.context.clock, now: () => new Date(Date.now() + 2 * year) };
    const { db } = api.database;
    await pruneAuditEntries({ db, clock }, null);
    expect((await check()).from).toEqual(chainStart);
    await pruneAuditEntries({ db, clock }, 3 * year);
    expect((await check()).from).toEqual(chainStart);
    await pruneAuditEntries({ db, clock }, year);
    const after = await check();
    expect(after).toMatchObject({ intact: true, complete: true, from: before.end });
    const [told] = await entriesOf({ actor_type: 'system' });
    expect(told).toMatchObject({ operation: 'audit.prune', input: before.end, actor: { id: null } });
    const lines = (await exported()).trimEnd().split('\n');
    expect(await verifyAuditFile(lines, before.end)).toMatchObject({
      intact: true,
      after: before.end,
      beginningAttested: true,
    });
    const gone = await api.get('/audit/export.jsonl?after=1');
    expect([gone.status, gone.body.code, gone.body.beginning]).toEqual([
      404,
      'audit_place_gone',
      before.end.position,
    ]);
    await createTag();
    expect(await check()).toMatchObject({ intact: true });
  });
});
