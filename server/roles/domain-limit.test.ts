// Keys that are limited to domains: which operations they reach, what they are refused, and what lists show them.
import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../database/uuid.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { openMailboxes } from '../testing/open-mailbox.ts';
import { addTeam } from '../testing/second-team.ts';
import { type Body, useInstallation } from '../testing/test-installation.ts';
import { allEndpoints } from './contract.ts';

const api = useInstallation();
const call = () => ({ key });
const CONSENT = 'https://accounts.example.com/authorize?client_id=a';
type Thing = { domain: { uid: string; name: string }; uids: string[] };
let own: Thing;
let other: Thing;
let key: string;
let keyUid: string;

beforeAll(async () => {
  own = await openMailboxes(api.installation, api, 1);
  other = await openMailboxes(api.installation, api, 2);
  const { body } = await api.post('/keys', { name: 'One client', domain_uids: [own.domain.uid] });
  ({ api_key: key } = body);
  keyUid = body.key.uid;
});

const named = allEndpoints.filter(
  (endpoint): endpoint is typeof endpoint & { keepsToDomains: readonly string[] } =>
    Array.isArray(endpoint.keepsToDomains),
);

/** What a field may be called that names a domain or something of one. */
const namesThings =
  /^(uids?|domains?|(domain|mailbox|resource)_(uids?|ids?|name)|email|emails|requests|mailboxes)$/;
/** Fields of such a name that say something else: where reports and mail are to go. */
const saysElse = new Set([
  'domains.set-dmarc email',
  'domains.set-catch-all email',
  'domains.set-email-forwarding email',
  // Narrows what `mailbox_uids` names.
  'sequencers.export-status uids',
]);

const fieldsOf = (endpoint: Endpoint): string[] =>
  [endpoint.params, endpoint.query, endpoint.body].flatMap((schema) =>
    Object.keys((schema as { shape?: object }).shape ?? {}),
  );

describe('every operation that such keys reach', () => {
  test('says of each field that could name a domain or a mailbox that it does', () => {
    for (const { operation, keepsToDomains, ...endpoint } of named) {
      const fields = fieldsOf({ operation, keepsToDomains, ...endpoint })
        .filter((field) => namesThings.test(field))
        .filter((field) => !saysElse.has(`${operation} ${field}`));
      const said = new Set(keepsToDomains.map((field) => field.split('.')[0]));
      expect(
        fields.filter((field) => !said.has(field)),
        operation,
      ).toEqual([]);
    }
  });

  /** What operations take besides, where their schemas do not say so. */
  const besides: Record<string, Record<string, unknown>> = {
    'domains.set-dmarc': { policy: 'reject' },
    'domains.set-catch-all': { email: 'inbox@northpeak.example' },
    'domains.set-email-forwarding': { email: 'team@northpeak.example' },
    'domains.set-forwarding': { forwarding_url: 'https://northpeak.example' },
    'dns.add': { records: [{ host: 'www', type: 'A', value: '192.0.2.1' }] },
    'dns.update': { records: [{ record_id: newId(), ttl: 60 }] },
    'dns.delete': { record_ids: [newId()] },
    'dns.restore': { version: 1 },
    'dns.import': { zone_file: 'www A 192.0.2.2' },
    'mailboxes.buy mailboxes': { first_name: 'A', last_name: 'B', username: 'ab', platform: 'GOOGLE' },
    'warmup.update': { settings: { max: 20 } },
    'mailboxes.update': { first_name: 'Mara' },
    'mailboxes.change-username': { new_username: 'mara-voss' },
    'mailboxes.availability': { username: 'mara' },
    'mailboxes.set-signature': { signature: 'Mara' },
    'mailboxes.set-up-forwarding': { forwarding_email: 'team@northpeak.example' },
    'mailbox-pictures.set': { url: 'https://northpeak.example/a.png' },
    'tags.assign': { tag_uids: [newId()] },
    'tags.remove': { tag_uids: [newId()] },
    'consent-requests.initiate': { username: 'mara0', consent_url: CONSENT },
    'consent-requests.bulk-initiate requests': { username: 'mara0', consent_url: CONSENT },
    'sequencers.export': { sequencer_uid: newId() },
    'sequencers.remove-mailboxes': { sequencer_uid: newId() },
  };

  const valueIn = (operation: string, field: string, { domain, uids }: Thing): string => {
    if (/email/.test(field)) return `mara0@${domain.name}`;
    if (/(^|\.)domains?$|domain_name$/.test(field)) return domain.name;
    const isMailbox = field.startsWith('domain')
      ? false
      : /mailbox/.test(field) || /^(mailbox|consent|sequencer)/.test(operation);
    return isMailbox ? uids[0]! : domain.uid;
  };

  /** The request that names the thing by this field alone. */
  const send = (endpoint: (typeof named)[number], field: string, thing: Thing) => {
    const { operation, method } = endpoint;
    const [head, inner] = field.split('.') as [string, string | undefined];
    const value = valueIn(operation, field, thing);
    const entry = { ...besides[`${operation} ${head}`], [inner ?? '']: value };
    if (inner === 'mailbox_uid') delete entry.username;
    const input: Record<string, unknown> = {
      ...besides[operation],
      [head]: inner ? [entry] : /s$/.test(head) ? [value] : value,
      ...(head === 'resource_ids' && { resource_type: 'domain' }),
    };
    if (operation === 'mailboxes.availability' && head === 'email') delete input.username;
    if (operation === 'consent-requests.initiate' && head === 'mailbox_uid') delete input.username;
    const path = endpoint.path.replace(/\{([^}]+)\}/g, () => value);
    if (method !== 'GET') return api.call(method, path, input, call());
    const isInPath = path !== endpoint.path;
    return api.get(
      isInPath ? path : `${path}?${new URLSearchParams(input as Record<string, string>)}`,
      call(),
    );
  };

  test.each(named.map((endpoint) => [endpoint.operation, endpoint] as const))(
    '%s refuses what is of another domain, by whatever field it is named',
    async (_operation, endpoint) => {
      for (const field of endpoint.keepsToDomains) {
        const { status, body } = await send(endpoint, field, other);
        const about = `${field}: ${JSON.stringify(body)}`;
        expect([status, body.code], about).toEqual([403, 'domain_outside_key']);
      }
    },
  );

  test('does its work for what is of the domains of the key', async () => {
    const reads = [
      'domains.details',
      'mailboxes.details',
      'mailboxes.show-credentials',
      'mailboxes.availability',
    ];
    for (const endpoint of named.filter(({ operation }) => reads.includes(operation))) {
      for (const field of endpoint.keepsToDomains) {
        const { status, body } = await send(endpoint, field, own);
        expect([endpoint.operation, field, status, body.code]).toEqual([
          endpoint.operation,
          field,
          200,
          undefined,
        ]);
      }
    }
    const changed = await api.post('/mailboxes/update', { uid: own.uids[0], first_name: 'Ines' }, call());
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
  });

  test('refuses a request that names one of each, whole, and one that names nothing', async () => {
    const uids = [own.uids[0], other.uids[0]];
    const both = await api.post('/mailboxes/suspend', { uids }, call());
    expect([both.status, both.body.outside]).toEqual([403, [other.uids[0]]]);
    const none = await api.post('/mailboxes/forwarding/jobs', {}, call());
    expect([none.status, none.body.code, none.body.outside]).toEqual([403, 'domain_outside_key', []]);
    const unknown = await api.get(`/mailboxes/${newId()}`, call());
    expect([unknown.status, unknown.body.code]).toEqual([403, 'domain_outside_key']);
  });
});

describe('lists', () => {
  test('show, count and search only what is of the domains of the key', async () => {
    const domains = (await api.post('/domains/list', {}, call())).body;
    expect(domains.domains.map(({ uid }: Body) => uid)).toEqual([own.domain.uid]);
    expect([domains.total, domains.status_counts]).toEqual([1, { active: 1 }]);
    const mailboxes = (await api.post('/mailboxes/list', { keyword: 'mara' }, call())).body;
    expect(mailboxes.mailboxes.map(({ uid }: Body) => uid)).toEqual(own.uids);
    expect([mailboxes.total, mailboxes.status_counts]).toEqual([1, { active: 1 }]);
    const elsewhere = await api.post('/mailboxes/list', { domain_uid: other.domain.uid }, call());
    expect(elsewhere.body).toMatchObject({ mailboxes: [], total: 0 });
    const assignable = (await api.get('/domains/assignable', call())).body;
    expect(assignable.domains.map(({ uid }: Body) => uid)).toEqual([own.domain.uid]);
    const file = await fetch(`${api.installation.baseUrl}/v1/api/mailboxes/export.csv`, {
      headers: { Authorization: `Bearer ${key}`, 'X-Workspace-Id': api.workspaceUid },
    });
    const lines = (await file.text()).trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(own.domain.name);
  });
});

describe('the key', () => {
  test('shows its domains and has their workspaces, and its successor has the same', async () => {
    const shown = (await api.get(`/keys/${keyUid}`)).body.key;
    const limits = { domain_uids: [own.domain.uid], workspace_uids: [api.workspaceUid] };
    expect(shown).toMatchObject(limits);
    const { body } = await api.post('/keys/rotate', { uid: keyUid });
    expect(body.key).toMatchObject(limits);
    const refused = await api.get(`/domains/details?uid=${other.domain.uid}`, { key: body.api_key });
    expect(refused.body.code).toBe('domain_outside_key');
  });

  test('cannot be limited to domains of others, or outside of the workspaces named with them', async () => {
    const stranger = await addTeam(api.installation);
    const theirs = await openMailboxes(api.installation, stranger, 1);
    const foreign = await api.post('/keys', { name: 'x', domain_uids: [theirs.domain.uid] });
    expect([foreign.status, foreign.body.code, foreign.body.unknown]).toEqual([
      404,
      'domain_not_held',
      [theirs.domain.uid],
    ]);
    const uid = (await api.post('/workspaces/create', { name: 'Elsewhere' })).body.uid;
    const wish = { name: 'x', domain_uids: [own.domain.uid], workspace_uids: [uid] };
    expect((await api.post('/keys', wish)).body.code).toBe('domain_not_held');
  });
});
