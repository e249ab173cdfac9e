// What is said about a record, for everything servers may answer.
import { describe, expect, test } from 'vitest';
import { parseRdata } from '../../../protocols/dns/presentation.ts';
import type { View } from './ask.ts';
import { type Expected, seenBy, type Times, verdictOf } from './verdict.ts';

const NOW = new Date('2026-09-03T10:00:00.000Z');
const times: Times = { now: NOW, isBeingPublished: false, behind: new Set(), refreshS: 7200 };
const inSeconds = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

const view = (server: string, type: string, data: string[], more: Partial<View> = {}): View => ({
  server,
  kind: 'nameserver',
  data: data.map((text) => ({ data: parseRdata(type, text), ttlS: 300 })),
  alias: null,
  negativeTtlS: data.length === 0 ? 60 : null,
  error: null,
  note: null,
  ...more,
});
const expected = (purpose: string, type: string, data: string, others: string[] = []): Expected => ({
  purpose,
  type,
  data,
  set: [data, ...others].map((text) => ({ purpose, data: text })),
});

const spf = expected('spf', 'TXT', '"v=spf1 mx ~all"', ['"site-verification=1"']);
const key = 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=';
const dkim = expected('dkim', 'TXT', `"v=DKIM1; k=ed25519; p=${key}"`);
const mx = expected('mx', 'MX', '10 mail.host.example.');
const custom = expected('custom', 'TXT', '"site-verification=1"', ['"v=spf1 mx ~all"']);

describe('one server', () => {
  test.each<[what: string, record: Expected, seen: string[], status: string, published: string[]]>([
    ['the text itself', spf, ['"v=spf1 mx ~all"'], 'ok', ['v=spf1 mx ~all']],
    ['the text cut elsewhere', spf, ['"v=spf1 " "mx ~all"'], 'ok', ['"v=spf1 " "mx ~all"']],
    ['other texts beside it', spf, ['"v=spf1 mx ~all"', '"other=1"'], 'ok', ['v=spf1 mx ~all']],
    ['no text', spf, [], 'missing', []],
    ['only texts for others', spf, ['"site-verification=1"'], 'missing', []],
    ['another SPF', spf, ['"v=spf1 -all"'], 'mismatch', ['v=spf1 -all']],
    [
      'a second SPF',
      spf,
      ['"v=spf1 mx ~all"', '"v=spf1 -all"'],
      'duplicate',
      ['v=spf1 mx ~all', 'v=spf1 -all'],
    ],
    ['the same key written otherwise', dkim, [`"p= ${key}; k=ed25519"`], 'ok', [`p= ${key}; k=ed25519`]],
    ['another key', dkim, ['"v=DKIM1; k=ed25519; p=AAAA"'], 'mismatch', ['v=DKIM1; k=ed25519; p=AAAA']],
    ['a revoked key', dkim, ['"v=DKIM1; p="'], 'mismatch', ['v=DKIM1; p=']],
    ['the exchanger', mx, ['10 mail.host.example.'], 'ok', ['10 mail.host.example']],
    [
      'the exchanger at another priority',
      mx,
      ['20 mail.host.example.'],
      'mismatch',
      ['20 mail.host.example'],
    ],
    [
      'a further exchanger',
      mx,
      ['10 mail.host.example.', '5 other.example.'],
      'duplicate',
      ['10 mail.host.example', '5 other.example'],
    ],
    [
      'a text of the owner’s',
      custom,
      ['"site-verification=1"', '"v=spf1 -all"'],
      'ok',
      ['site-verification=1'],
    ],
    ['other texts of the owner’s', custom, ['"site-verification=2"'], 'missing', []],
  ])('that shows %s', (_what, record, seen, status, published) => {
    expect(seenBy(record, view('ns1', record.type, seen))).toMatchObject({ status, published });
  });

  test('that shows an alias instead', () => {
    const alias = { target: 'elsewhere.example', ttlS: 30 };
    expect(seenBy(mx, view('ns1', 'MX', [], { alias }))).toMatchObject({
      status: 'mismatch',
      published: ['CNAME elsewhere.example'],
      ttlS: 30,
    });
  });

  test('that does not answer', () => {
    expect(seenBy(mx, view('ns1', 'MX', [], { error: 'refused the connection' }))).toMatchObject({
      status: 'unreachable',
      note: 'refused the connection',
    });
  });
});

describe('all servers together', () => {
  const good = ['10 mail.host.example.'];
  const gone = { error: 'did not answer within 2 s' };
  const resolver = { kind: 'resolver' as const };

  test.each<[what: string, views: View[], times: Partial<Times>, status: string, lookAgainAt: Date | null]>([
    ['all show it', [view('a', 'MX', good), view('r', 'MX', good, resolver)], {}, 'ok', null],
    ['one lacks it', [view('a', 'MX', good), view('b', 'MX', [])], {}, 'missing', inSeconds(60)],
    [
      'one lacks it and is behind',
      [view('a', 'MX', good), view('b', 'MX', [])],
      { behind: new Set(['b']) },
      'pending',
      inSeconds(7200),
    ],
    [
      'all lack it, however far behind',
      [view('b', 'MX', [])],
      { behind: new Set(['b']) },
      'missing',
      inSeconds(60),
    ],
    [
      'it is just being published',
      [view('a', 'MX', [])],
      { isBeingPublished: true },
      'pending',
      inSeconds(5),
    ],
    ['one is silent', [view('a', 'MX', good), view('b', 'MX', [], gone)], {}, 'unreachable', inSeconds(60)],
    [
      'one is silent and one wrong',
      [view('a', 'MX', ['1 x.example.']), view('b', 'MX', [], gone)],
      {},
      'mismatch',
      inSeconds(300),
    ],
    [
      'a resolver holds the old',
      [view('a', 'MX', good), view('r', 'MX', ['1 x.example.'], resolver)],
      {},
      'pending',
      inSeconds(300),
    ],
    [
      'a resolver holds that there is none',
      [view('a', 'MX', good), view('r', 'MX', [], resolver)],
      {},
      'pending',
      inSeconds(60),
    ],
    [
      'a resolver is silent',
      [view('a', 'MX', good), view('r', 'MX', [], { ...resolver, ...gone })],
      {},
      'ok',
      null,
    ],
  ])('when %s', (_what, views, more, status, lookAgainAt) => {
    const verdict = verdictOf(mx, views, { ...times, ...more });
    expect([verdict.status, verdict.lookAgainAt]).toEqual([status, lookAgainAt]);
    expect(verdict.seen.map(({ by }) => by)).toEqual(views.map(({ server }) => server));
  });
});
