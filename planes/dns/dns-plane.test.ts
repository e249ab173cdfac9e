// What the server says about the names of its zones, asked over real sockets.
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { startDnsPlane } from './dns-plane.ts';
import { askUdp, decodeResponse, encodeQuery, exchangeUdp, type Question } from './testing/ask.ts';
import { recordingLog, useDnsPlane } from './testing/plane.ts';
import { publishZone } from './testing/published-zones.ts';

const database = useTestDatabase();
const plane = useDnsPlane(
  () => ({ databaseUrl: database.url, threads: 2 }),
  async () => {
    await publishZone(database.db, 'example.com', [
      '@ NS ns1.example.com.',
      '@ NS ns2.example.net.',
      '@ A 192.0.2.1',
      '@ A 192.0.2.2',
      '@ MX 10 mail.example.com.',
      '@ MX 20 mail.other.org.',
      '@ TXT "v=spf1 mx ~all"',
      '@ CAA 0 issue "ca.example"',
      'ns1 A 192.0.2.53',
      'mail A 192.0.2.25',
      'mail AAAA 2001:db8::25',
      'www CNAME example.com.',
      'chain CNAME one.example.net.',
      'lost CNAME nowhere.example.com.',
      'away CNAME www.elsewhere.org.',
      'loop-a CNAME loop-b.example.com.',
      'loop-b CNAME loop-a.example.com.',
      'a.b.deep TXT "deep"',
      '*.wild A 192.0.2.99',
      '*.wild MX 10 mail.example.com.',
      'here.wild TXT "no wildcard"',
      'below.star.wild TXT "star.wild exists"',
      '*.alias CNAME example.com.',
      '_imaps._tcp SRV 0 1 993 mail.example.com.',
      'sub NS ns.sub.example.com.',
      'sub NS ns2.example.net.',
      'sub DS 4711 13 2 00FF',
      'ns.sub A 192.0.2.60',
      'to-sub CNAME www.sub.example.com.',
      'unknown TYPE65280 \\# 4 0A000001',
      'mixed A 600s 192.0.2.3',
      'mixed A 60s 192.0.2.4',
      ...Array.from({ length: 12 }, (_, index) => `big TXT "${index} ${'x'.repeat(100)}"`),
    ]);
    await publishZone(database.db, 'example.net', [
      '@ NS ns2.example.net.',
      'ns2 A 192.0.2.54',
      'one CNAME two.example.net.',
      'two A 192.0.2.7',
    ]);
    await publishZone(database.db, 'child.example.com', ['@ NS ns1.example.com.', '@ A 192.0.2.8'], {
      negativeTtlS: 86_400,
    });
  },
);

const ask = (name: string, type: string, more: Partial<Question> = {}) =>
  askUdp(plane.port, { name, type, ...more });

const SOA = (zone: string, ttlS: number, negativeTtlS: number) =>
  `${zone} ${ttlS} SOA ns1.example.com. hostmaster.example.com. 1 7200 3600 1209600 ${negativeTtlS}`;
const NEGATIVE = SOA('example.com', 60, 60);

describe('positive answers', () => {
  test('are authoritative and hold the whole record set', async () => {
    const response = await ask('example.com', 'A', { id: 99 });
    expect(response).toMatchObject({
      id: 99,
      rcode: 'NOERROR',
      flags: { aa: true, tc: false, ra: false, ad: false },
      question: 'example.com A',
      authorities: [],
    });
    expect(response.answers.sort()).toEqual(['example.com 300 A 192.0.2.1', 'example.com 300 A 192.0.2.2']);
  });

  test.each<[name: string, type: string, lines: string[]]>([
    ['example.com', 'TXT', ['example.com 300 TXT "v=spf1 mx ~all"']],
    ['example.com', 'CAA', ['example.com 300 CAA 0 issue "ca.example"']],
    ['example.com', 'SOA', [SOA('example.com', 3600, 60)]],
    ['mail.example.com', 'AAAA', ['mail.example.com 300 AAAA 2001:db8::25']],
    ['unknown.example.com', 'UNKNOWN_65280', ['unknown.example.com 300 UNKNOWN_65280 \\# 4 0A000001']],
  ])('%s %s', async (name, type, lines) => {
    expect((await ask(name, type)).answers).toEqual(lines);
  });

  test('keep the case of the question and are found in any case', async () => {
    const response = await ask('eXaMpLe.CoM', 'TXT');
    expect(response.question).toBe('eXaMpLe.CoM TXT');
    expect(response.answers).toEqual(['eXaMpLe.CoM 300 TXT "v=spf1 mx ~all"']);
    expect((await ask('EXAMPLE.com', 'TXT')).question).toBe('EXAMPLE.com TXT');
  });

  test('return "recursion desired" as it came, also from the cache', async () => {
    for (const recursionDesired of [false, true, false]) {
      const { flags } = await ask('mail.example.com', 'A', { recursionDesired });
      expect(flags).toMatchObject({ rd: recursionDesired, ra: false });
    }
  });

  test('give the lowest TTL to all records of a set', async () => {
    const { answers } = await ask('mixed.example.com', 'A');
    expect(answers.sort()).toEqual(['mixed.example.com 60 A 192.0.2.3', 'mixed.example.com 60 A 192.0.2.4']);
  });

  test('come from the zone with the longest matching name', async () => {
    expect((await ask('child.example.com', 'A')).answers).toEqual(['child.example.com 300 A 192.0.2.8']);
    expect((await ask('x.child.example.com', 'A')).authorities).toEqual([
      SOA('child.example.com', 3600, 86_400),
    ]);
  });

  test('are what the resolver of Node.js sees', async () => {
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${plane.port}`]);
    expect((await resolver.resolveMx('example.com')).sort((a, b) => a.priority - b.priority)).toEqual([
      expect.objectContaining({ priority: 10, exchange: 'mail.example.com' }),
      expect.objectContaining({ priority: 20, exchange: 'mail.other.org' }),
    ]);
    expect(await resolver.resolve4('x.wild.example.com')).toEqual(['192.0.2.99']);
    expect((await resolver.resolveTxt('big.example.com')).length).toBe(12);
    await expect(resolver.resolve4('nope.example.com')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolve6('example.com')).rejects.toMatchObject({ code: 'ENODATA' });
  });
});

describe('negative answers', () => {
  test('NXDOMAIN carries the SOA with the negative TTL', async () => {
    expect(await ask('nope.example.com', 'A')).toMatchObject({
      rcode: 'NXDOMAIN',
      flags: { aa: true },
      answers: [],
      authorities: [NEGATIVE],
    });
  });

  test('NODATA carries the SOA with the negative TTL', async () => {
    expect(await ask('mail.example.com', 'TXT')).toMatchObject({
      rcode: 'NOERROR',
      flags: { aa: true },
      answers: [],
      authorities: [NEGATIVE],
    });
  });

  test.each(['b.deep.example.com', 'deep.example.com', '_tcp.example.com'])(
    '%s, which only has names below it, exists without data',
    async (name) => {
      expect(await ask(name, 'TXT')).toMatchObject({
        rcode: 'NOERROR',
        answers: [],
        authorities: [NEGATIVE],
      });
    },
  );

  test('a label that contains a dot is not two labels', async () => {
    const query = Buffer.concat([
      encodeQuery({ name: 'x', type: 'A' }).subarray(0, 12),
      Buffer.from('\x08mail.exa\x07example\x03com\x00\x00\x01\x00\x01', 'latin1'),
    ]);
    const inLabel = Buffer.from(query);
    inLabel.write('www.mail', 13, 'latin1');
    const [response] = await exchangeUdp(plane.port, [inLabel], 1);
    expect(decodeResponse(response!)).toMatchObject({ rcode: 'NXDOMAIN', answers: [] });
  });
});

describe('wildcards', () => {
  test('answer for names that do not exist, under the name asked for', async () => {
    for (const name of ['x.wild.example.com', 'x.y.wild.example.com']) {
      expect((await ask(name, 'A')).answers).toEqual([`${name} 300 A 192.0.2.99`]);
    }
  });

  test('answer NODATA for types they do not have', async () => {
    expect(await ask('x.wild.example.com', 'AAAA')).toMatchObject({
      rcode: 'NOERROR',
      authorities: [NEGATIVE],
    });
  });

  test('do not answer for a name that exists, nor below it, even when it is empty itself', async () => {
    expect(await ask('here.wild.example.com', 'A')).toMatchObject({ rcode: 'NOERROR', answers: [] });
    expect(await ask('x.here.wild.example.com', 'A')).toMatchObject({ rcode: 'NXDOMAIN' });
    expect(await ask('star.wild.example.com', 'A')).toMatchObject({ rcode: 'NOERROR', answers: [] });
    expect(await ask('x.star.wild.example.com', 'A')).toMatchObject({ rcode: 'NXDOMAIN' });
  });

  test('can be asked for by their own name, and do not stand for their parent', async () => {
    expect((await ask('*.wild.example.com', 'A')).answers).toEqual(['*.wild.example.com 300 A 192.0.2.99']);
    expect(await ask('wild.example.com', 'A')).toMatchObject({ rcode: 'NOERROR', answers: [] });
  });

  test('may be aliases', async () => {
    expect((await ask('x.alias.example.com', 'TXT')).answers).toEqual([
      'x.alias.example.com 300 CNAME example.com.',
      'example.com 300 TXT "v=spf1 mx ~all"',
    ]);
  });
});

describe('aliases', () => {
  test('are followed through every zone of ours', async () => {
    expect((await ask('chain.example.com', 'A')).answers).toEqual([
      'chain.example.com 300 CNAME one.example.net.',
      'one.example.net 300 CNAME two.example.net.',
      'two.example.net 300 A 192.0.2.7',
    ]);
  });

  test('are the answer themselves when asked for', async () => {
    expect((await ask('chain.example.com', 'CNAME')).answers).toEqual([
      'chain.example.com 300 CNAME one.example.net.',
    ]);
  });

  test('to a name that does not exist say so', async () => {
    expect(await ask('lost.example.com', 'A')).toMatchObject({
      rcode: 'NXDOMAIN',
      flags: { aa: true },
      answers: ['lost.example.com 300 CNAME nowhere.example.com.'],
      authorities: [NEGATIVE],
    });
  });

  test('out of our zones end there', async () => {
    expect(await ask('away.example.com', 'A')).toMatchObject({
      rcode: 'NOERROR',
      flags: { aa: true },
      answers: ['away.example.com 300 CNAME www.elsewhere.org.'],
      authorities: [],
    });
  });

  test('in a loop end when it closes', async () => {
    expect(await ask('loop-a.example.com', 'A')).toMatchObject({
      rcode: 'NOERROR',
      answers: [
        'loop-a.example.com 300 CNAME loop-b.example.com.',
        'loop-b.example.com 300 CNAME loop-a.example.com.',
      ],
    });
  });
});

describe('delegations', () => {
  test.each(['sub.example.com', 'www.sub.example.com', 'ns.sub.example.com'])(
    '%s is referred to its servers with glue, without authority',
    async (name) => {
      const response = await ask(name, 'A');
      expect(response).toMatchObject({ rcode: 'NOERROR', flags: { aa: false }, answers: [] });
      expect(response.authorities.sort()).toEqual([
        'sub.example.com 300 NS ns.sub.example.com.',
        'sub.example.com 300 NS ns2.example.net.',
      ]);
      expect(response.additionals.sort()).toEqual([
        'ns.sub.example.com 300 A 192.0.2.60',
        'ns2.example.net 300 A 192.0.2.54',
      ]);
    },
  );

  test('the NS records at the cut are a referral, the DS record is ours', async () => {
    expect(await ask('sub.example.com', 'NS')).toMatchObject({ flags: { aa: false }, answers: [] });
    expect(await ask('sub.example.com', 'DS')).toMatchObject({
      flags: { aa: true },
      answers: ['sub.example.com 300 DS 4711 13 2 00FF'],
    });
  });

  test('the DS record of a child zone that is ours too comes from its parent', async () => {
    expect((await ask('child.example.com', 'DS')).authorities).toEqual([NEGATIVE]);
  });

  test('an alias into a delegation keeps its own authority', async () => {
    const response = await ask('to-sub.example.com', 'A');
    expect(response).toMatchObject({
      flags: { aa: true },
      answers: ['to-sub.example.com 300 CNAME www.sub.example.com.'],
    });
    expect(response.authorities.length).toBe(2);
  });
});

describe('additional addresses', () => {
  test.each([
    ['example.com', 'MX', ['mail.example.com 300 A 192.0.2.25', 'mail.example.com 300 AAAA 2001:db8::25']],
    ['example.com', 'NS', ['ns1.example.com 300 A 192.0.2.53', 'ns2.example.net 300 A 192.0.2.54']],
    [
      '_imaps._tcp.example.com',
      'SRV',
      ['mail.example.com 300 A 192.0.2.25', 'mail.example.com 300 AAAA 2001:db8::25'],
    ],
    ['example.com', 'A', []],
  ])('%s %s brings those that are ours', async (name, type, addresses) => {
    expect((await ask(name, type)).additionals.sort()).toEqual(addresses);
  });
});

test.each(['udp', 'tcp'])(
  'a port whose %s side is taken is an error, and nothing stays bound',
  async (taken) => {
    const port = await takePort(taken);
    const start = startDnsPlane({
      databaseUrl: database.url,
      host: '127.0.0.1',
      port,
      log: recordingLog().log,
    });
    await expect(start).rejects.toThrow('EADDRINUSE');
    await freePort();
    const plane = await startDnsPlane({
      databaseUrl: database.url,
      host: '127.0.0.1',
      port,
      log: recordingLog().log,
    });
    expect(plane.port).toBe(port);
    await plane.close();
  },
);

let freePort = async (): Promise<void> => {};

async function takePort(transport: string): Promise<number> {
  if (transport === 'udp') {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    freePort = () => new Promise((resolve) => socket.close(() => resolve()));
    return socket.address().port;
  }
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  freePort = () => new Promise((resolve) => server.close(() => resolve()));
  return (server.address() as AddressInfo).port;
}

test('nothing of all this was an error to the server', () => {
  expect(plane.lines.filter((line) => line.level >= 40)).toEqual([]);
});
