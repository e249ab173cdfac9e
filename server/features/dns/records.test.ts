// Records through HTTP and out to the wire: added, changed, deleted, refused.
import { beforeAll, describe, expect, test } from 'vitest';
import { activeDomain, expectOnTheWire, onTheWire } from '../../testing/active-domain.ts';
import { askUntil } from '../../testing/follow.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();
let uid: string;
let zone: string;
beforeAll(async () => {
  ({ uid, name: zone } = await activeDomain(api));
});

const add = (records: object[], more: object = {}) => api.post('/dns/add', { uid, records, ...more });
const update = (records: object[], more: object = {}) => api.post('/dns/update', { uid, records, ...more });
const remove = (record_ids: string[], more: object = {}) =>
  api.post('/dns/delete', { uid, record_ids, ...more });
const listed = async (): Promise<Body[]> => (await api.get(`/dns/list?uid=${uid}`)).body.dns_record.records;
const record = async (host: string, type: string): Promise<Body> =>
  (await listed()).find((one) => one.host === host && one.type === type);
const codes = (body: Body): string[] => body.conflicts.map((conflict: Body) => conflict.code);

let hosts = 0;
const freshHost = () => `h${hosts++}`;
/** Adds one record and answers its row. */
const added = async (one: Body): Promise<Body> => {
  const { status, body } = await add([one]);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.dns_record.records.find((row: Body) => row.uid === body.changes.added[0]);
};

describe('dns/add', () => {
  test('answers the zone with the new records, and the nameserver answers them too', async () => {
    const host = freshHost();
    const { body } = await add([
      { host, type: 'A', value: '192.0.2.1', ttl: 120 },
      { host, type: 'a', value: '192.0.2.2', ttl: 120 },
    ]);
    expect(body.message).toBe('DNS records added successfully');
    expect(body.dns_record).toMatchObject({ uid, domain: zone });
    expect(body.changes).toMatchObject({ updated: [], deleted: [] });
    expect(body.changes.added).toHaveLength(2);
    await expectOnTheWire(api, `${host}.${zone}`, 'A', ['120 192.0.2.1', '120 192.0.2.2']);
    const row = await askUntil(
      () => record(host, 'A'),
      ({ status }) => status === 'active',
    );
    expect(row).toMatchObject({ ttl: 120, purpose: 'custom', managed: false });
  });

  test('takes a domain by its name, hosts in every spelling, and priorities beside or inside of the value', async () => {
    const host = freshHost();
    const { status, body } = await api.post('/dns/add', {
      domain: zone.toUpperCase(),
      records: [
        { host: `${host}.${zone}.`, type: 'MX', value: 'Mail.Example.NET' },
        { host, type: 'MX', value: '20 mail2.example.net.' },
        { host, type: 'MX', value: 'mail3.example.net', priority: 30 },
        { host: `_sip._tcp.${host}`, type: 'SRV', value: '1 5060 sip.example.net' },
        { host: `Ü${host}`, type: 'TXT', value: 'said "so"', priority: 0 },
      ],
    });
    expect(status, JSON.stringify(body)).toBe(200);
    const rows = (await listed()).filter((row) => row.host.includes(host));
    expect(rows.map((row) => `${row.host} ${row.priority} ${row.value}`)).toEqual([
      `${host} 10 mail.example.net`,
      `${host} 20 mail2.example.net`,
      `${host} 30 mail3.example.net`,
      `_sip._tcp.${host} 0 1 5060 sip.example.net`,
      expect.stringMatching(/^xn--\S+ null said "so"$/),
    ]);
  });

  test('cuts a long text into strings, and refuses one string that is too long', async () => {
    const host = freshHost();
    const long = 'a'.repeat(600);
    expect((await added({ host, type: 'TXT', value: long })).value).toBe(long);
    const strings = [255, 255, 90].map((length) => `"${'a'.repeat(length)}"`).join(' ');
    await expectOnTheWire(api, `${host}.${zone}`, 'TXT', [`3600 ${strings}`]);
    const { status, body } = await add([{ host: freshHost(), type: 'TXT', value: `"${long}"` }]);
    expect([status, body.code, body.conflicts[0].rule]).toEqual([409, 'dns_conflict', 'RFC 1035 §3.3']);
  });

  test('takes types nobody knows in the form of RFC 3597, and CAA and TLSA in their own', async () => {
    const host = freshHost();
    await add([
      { host, type: 'TYPE65280', value: '\\# 4 0A000001' },
      { host, type: 'CAA', value: '0 issue "ca.example"' },
      { host: `_443._tcp.${host}`, type: 'TLSA', value: '3 1 1 abcd' },
    ]);
    await expectOnTheWire(api, `${host}.${zone}`, 'TYPE65280', ['3600 \\# 4 0A000001']);
    await expectOnTheWire(api, `${host}.${zone}`, 'CAA', ['3600 0 issue "ca.example"']);
    await expectOnTheWire(api, `_443._tcp.${host}.${zone}`, 'TLSA', ['3600 3 1 1 ABCD']);
  });

  test.each<[code: string, rule: string, records: Body[]]>([
    ['cname_at_apex', 'RFC 1912 §2.4', [{ host: '@', type: 'CNAME', value: 'a.example.net' }]],
    [
      'cname_beside_others',
      'RFC 1034 §3.6.2',
      [
        { host: 'imaps', type: 'A', value: '192.0.2.1' },
        { host: 'imaps', type: 'CNAME', value: 'a.example' },
      ],
    ],
    ['several_spf', 'RFC 7208 §4.5', [{ host: '@', type: 'TXT', value: 'v=spf1 -all' }]],
    [
      'spf_too_many_lookups',
      'RFC 7208 §4.6.4',
      [{ host: 'many', type: 'TXT', value: `v=spf1 ${'a:x.example '.repeat(11)}-all` }],
    ],
    ['several_dmarc', 'RFC 7489 §6.6.3', [{ host: '_dmarc', type: 'TXT', value: 'v=DMARC1; p=reject' }]],
    ['target_is_address', 'RFC 1035 §3.3', [{ host: 'box', type: 'MX', value: '192.0.2.1' }]],
    ['ns_at_apex', 'RFC 1034 §4.2.1', [{ host: '@', type: 'NS', value: 'ns.example.net' }]],
    [
      'soa_is_generated',
      'RFC 1035 §5.2',
      [{ host: '@', type: 'SOA', value: 'a.example b.example 1 2 3 4 5' }],
    ],
    [
      'duplicate',
      'RFC 2181 §5',
      [
        { host: 'twice', type: 'A', value: '192.0.2.1' },
        { host: 'TWICE', type: 'A', value: '192.0.2.1' },
      ],
    ],
    ['invalid_data', 'RFC 1035 §3.4.1', [{ host: 'www2', type: 'A', value: '192.0.2.300' }]],
    ['invalid_data', 'RFC 3597 §5', [{ host: 'www2', type: 'NOPE', value: 'x' }]],
    ['invalid_name', 'RFC 1035 §2.3.1', [{ host: 'a..b', type: 'A', value: '192.0.2.1' }]],
    ['invalid_name', 'RFC 1034 §4.2.1', [{ host: 'www.example.net.', type: 'A', value: '192.0.2.1' }]],
  ])('refuses %s, citing %s, and changes nothing', async (code, rule, records) => {
    const before = await listed();
    const { status, body } = await add([{ host: freshHost(), type: 'A', value: '192.0.2.9' }, ...records]);
    expect([status, body.code]).toEqual([409, 'dns_conflict']);
    expect(body.conflicts).toContainEqual(
      expect.objectContaining({ code, rule, message: expect.any(String) }),
    );
    expect(await listed()).toEqual(before);
  });

  test('tells every bad record at once', async () => {
    const { body } = await add([
      { host: 'a..b', type: 'A', value: '192.0.2.1' },
      { host: 'x', type: 'A', value: 'nope' },
      { host: 'y', type: 'MX', value: 'a b c' },
    ]);
    expect(codes(body)).toEqual(['invalid_name', 'invalid_data', 'invalid_data']);
  });

  test('warns of what is allowed and hardly meant', async () => {
    const host = freshHost();
    await add([{ host, type: 'A', value: '192.0.2.1', ttl: 60 }]);
    const { body } = await add([{ host, type: 'A', value: '192.0.2.2', ttl: 600 }]);
    expect(body.warnings).toContainEqual(
      expect.objectContaining({ code: 'ttl_mismatch', name: `${host}.${zone}` }),
    );
    await expectOnTheWire(api, `${host}.${zone}`, 'A', ['60 192.0.2.1', '60 192.0.2.2']);
  });

  test('does not let an exchanger take the mail away without the owner’s word', async () => {
    const rival = { host: '@', type: 'MX', value: 'mx.rival.example', priority: 5 };
    const { status, body } = await add([rival]);
    expect([status, body.code]).toEqual([409, 'managed_record']);
    expect(body.records[0].breaks).toContain('mx.rival.example instead of its mailboxes');
    expect((await add([{ ...rival, priority: 50 }])).status).toBe(200);
    const confirmed = await add([{ ...rival, value: 'mx2.rival.example' }], { confirm_managed: true });
    expect(confirmed.status).toBe(200);
    const own = (await listed()).filter((row) => row.type === 'MX' && row.host === '@' && !row.managed);
    await remove(own.map((row) => row.uid));
  });

  test('keeps zones at a size that can be checked at once', async () => {
    const many = (from: number) =>
      Array.from({ length: 500 }, (_, index) => ({
        host: `n${from + index}`,
        type: 'A',
        value: '192.0.2.1',
      }));
    const { body: first } = await add(many(0));
    const { status, body } = await add(many(500));
    expect([status, body.code, body.maximum]).toEqual([400, 'zone_too_large', 1000]);
    await remove(first.changes.added);
  });
});

describe('dns/update', () => {
  test('changes what it names, keeps the rest, and leaves other records alone', async () => {
    const [one, other] = [
      await added({ host: freshHost(), type: 'MX', value: 'a.example', priority: 7, ttl: 60 }),
      await added({ host: freshHost(), type: 'A', value: '192.0.2.1' }),
    ];
    const { body } = await update([{ record_id: one.uid, value: 'b.example' }]);
    expect(body.changes).toEqual({ added: [], updated: [one.uid], deleted: [] });
    const rows = await listed();
    expect(rows.find((row) => row.uid === one.uid)).toMatchObject({
      ...one,
      value: 'b.example',
      status: expect.any(String),
    });
    expect(rows.find((row) => row.uid === other.uid)).toMatchObject({ value: '192.0.2.1' });
    await expectOnTheWire(api, `${one.host}.${zone}`, 'MX', ['60 7 b.example.']);
    await update([{ record_id: one.uid, value: '9 c.example' }]);
    expect(await record(one.host, 'MX')).toMatchObject({ priority: 9, value: 'c.example' });
    await update([{ record_id: one.uid, priority: 3 }]);
    expect(await record(one.host, 'MX')).toMatchObject({ priority: 3, value: 'c.example' });
    await update([{ record_id: one.uid, type: 'CNAME', value: 'd.example', ttl: 30 }]);
    await expectOnTheWire(api, `${one.host}.${zone}`, 'CNAME', ['30 d.example.']);
    expect(await onTheWire(api, `${one.host}.${zone}`, 'MX')).toEqual([]);
  });

  test('lets two records trade their values', async () => {
    const host = freshHost();
    const [one, two] = [
      await added({ host, type: 'A', value: '192.0.2.1' }),
      await added({ host, type: 'A', value: '192.0.2.2' }),
    ];
    const { status } = await update([
      { record_id: one.uid, value: two.value },
      { record_id: two.uid, value: one.value },
    ]);
    expect(status).toBe(200);
    const rows = await listed();
    expect(rows.find((row) => row.uid === one.uid).value).toBe('192.0.2.2');
  });

  test('with nothing new makes no version and no work', async () => {
    const one = await added({ host: freshHost(), type: 'A', value: '192.0.2.1' });
    const before = (await api.get(`/dns/list?uid=${uid}`)).body.dns_record.version;
    const { body } = await update([
      { record_id: one.uid, value: '192.0.2.1', ttl: 3600, host: one.host.toUpperCase() },
    ]);
    expect(body.changes).toEqual({ added: [], updated: [], deleted: [] });
    expect(body.dns_record.version).toBe(before);
  });

  test('is all or nothing', async () => {
    const [one, two] = [
      await added({ host: freshHost(), type: 'A', value: '192.0.2.1' }),
      await added({ host: freshHost(), type: 'A', value: '192.0.2.1' }),
    ];
    const refused = await update([
      { record_id: one.uid, value: '192.0.2.99' },
      { record_id: two.uid, type: 'CNAME', host: '@', value: 'a.example' },
    ]);
    expect(codes(refused.body)).toContain('cname_at_apex');
    const unknown = '6f1c2b3a-0000-4000-8000-000000000000';
    const missing = await update([
      { record_id: one.uid, value: '192.0.2.99' },
      { record_id: unknown, ttl: 5 },
    ]);
    expect([missing.status, missing.body.code, missing.body.record_ids]).toEqual([
      404,
      'dns_record_not_found',
      [unknown],
    ]);
    expect((await record(one.host, 'A')).value).toBe('192.0.2.1');
    const twice = await update([
      { record_id: one.uid, ttl: 5 },
      { record_id: one.uid, ttl: 6 },
    ]);
    expect([twice.status, twice.body.code]).toEqual([400, 'validation_failed']);
  });
});

describe('managed records', () => {
  const managed = async (purpose: string): Promise<Body> =>
    (await listed()).find((row) => row.purpose === purpose);

  test.each([
    ['mx', 'stop arriving'],
    ['spf', 'no longer believe'],
    ['dkim', 'fail DKIM and DMARC'],
    ['dmarc', 'refuse bulk mail'],
    ['autoconfig', 'find the settings'],
    ['forwarding', 'no longer be forwarded'],
  ])('of %s are not changed or deleted before the owner heard what would break', async (purpose, breaks) => {
    const row = await managed(purpose);
    for (const refused of [await remove([row.uid]), await update([{ record_id: row.uid, ttl: 77 }])]) {
      expect([refused.status, refused.body.code]).toEqual([409, 'managed_record']);
      expect(refused.body.records).toEqual([
        {
          record_id: row.uid,
          host: row.host,
          type: row.type,
          purpose,
          breaks: expect.stringContaining(breaks),
        },
      ]);
    }
    expect(await managed(purpose)).toEqual(row);
  });

  test('are not asked about where a rule is broken: no word of the owner’s would let that pass', async () => {
    const [mx, records] = [await managed('mx'), [{ host: '@', type: 'MX', value: '192.0.2.1', priority: 1 }]];
    const added = await add(records);
    expect([added.status, added.body.code]).toEqual([409, 'dns_conflict']);
    expect(added.body.conflicts[0].rule).toMatch(/^RFC /);
    const changed = await update([{ record_id: mx.uid, value: '192.0.2.1' }]);
    expect([changed.status, changed.body.code]).toEqual([409, 'dns_conflict']);
    expect(await managed('mx')).toEqual(mx);
  });

  test('are changed and deleted with it, and stay so when the program declares the others anew', async () => {
    const spf = await managed('spf');
    const value = spf.value.replace('~all', 'include:sender.example ~all');
    const changed = await update([{ record_id: spf.uid, value }], { confirm_managed: true });
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    const autoconfig = await managed('autoconfig');
    expect((await remove([autoconfig.uid], { confirm_managed: true })).status).toBe(200);
    const dmarc = await api.post('/domains/dmarc', { uids: [uid], email: 'dmarc@northpeak.example' });
    expect(dmarc.status, JSON.stringify(dmarc.body)).toBe(200);
    expect((await managed('dmarc')).value).toContain('dmarc@northpeak.example');
    expect(await managed('spf')).toMatchObject({ uid: spf.uid, value });
    expect(await managed('autoconfig')).toBeUndefined();
    await expectOnTheWire(api, zone, 'TXT', [`3600 "${value}"`]);
  });
});

describe('dns/delete', () => {
  test('takes the records off the wire', async () => {
    const one = await added({ host: freshHost(), type: 'A', value: '192.0.2.1' });
    await expectOnTheWire(api, `${one.host}.${zone}`, 'A', ['3600 192.0.2.1']);
    const { body } = await remove([one.uid]);
    expect(body.changes).toEqual({ added: [], updated: [], deleted: [one.uid] });
    await expectOnTheWire(api, `${one.host}.${zone}`, 'A', []);
    expect((await remove([one.uid])).body.code).toBe('dns_record_not_found');
  });
});

test('a zone of another workspace is as unknown as none', async () => {
  const stranger = await addTeam(api.installation);
  const options = { key: stranger.key, workspace: stranger.workspaceUid };
  const one = { host: 'x', type: 'A', value: '192.0.2.1' };
  for (const reply of [
    await api.post('/dns/add', { uid, records: [one] }, options),
    await api.post('/dns/delete', { domain: zone, record_ids: [uid] }, options),
    await api.get(`/dns/versions?uid=${uid}`, options),
    await api.get(`/dns/export?domain=${zone}`, options),
    await api.post('/dns/restore', { uid, version: 1 }, options),
    await api.post('/dns/import', { uid, zone_file: 'x A 192.0.2.1', dry_run: true }, options),
    await api.post('/dns/dkim/rotate', { uid }, options),
  ]) {
    expect([reply.status, reply.body.code]).toEqual([404, 'dns_records_not_found']);
  }
});

test('a domain is named by its uid or by its name, not both and not neither', async () => {
  for (const which of [{}, { uid, domain: zone }]) {
    const { status, body } = await api.post('/dns/add', {
      ...which,
      records: [{ host: 'x', type: 'A', value: '192.0.2.1' }],
    });
    expect([status, body.code]).toEqual([400, 'validation_failed']);
  }
});

test('changes at once come one after the other, and none is lost', async () => {
  const host = freshHost();
  const replies = await Promise.all(
    Array.from({ length: 8 }, (_, index) => add([{ host, type: 'A', value: `192.0.2.${index}` }])),
  );
  expect(replies.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect(new Set(replies.map(({ body }) => body.dns_record.version)).size).toBe(8);
  await expectOnTheWire(
    api,
    `${host}.${zone}`,
    'A',
    Array.from({ length: 8 }, (_, index) => `3600 192.0.2.${index}`),
  );
});
