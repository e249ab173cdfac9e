// What BIND's tools say about a zone of ours: the exported file, and every record of it asked for on the wire.
import { writeFile } from 'node:fs/promises';
import type { ApiClient } from '../../tools/demo/api-client.ts';
import { part } from '../report.ts';
import { judge, lineWith, run } from './judgement.ts';

const SERVER = '@127.0.0.1';

const dig = async (...args: string[]) => (await run('dig', [SERVER, '+norecurse', '+tries=2', ...args])).text;

export const judgeZone = async (api: ApiClient, domain: string, directory: string): Promise<void> => {
  part('BIND’s tools: the zone, exported and on the wire');
  const { zone_file: exported } = await api.get(`/dns/export?domain=${domain}`);
  // SOA and the nameservers belong to whoever serves the zone and are not in the file; a zone needs them.
  const own = await Promise.all(['SOA', 'NS'].map((type) => dig('+noall', '+answer', domain, type)));
  const file = `${directory}/zone`;
  await writeFile(file, `${own.join('')}${exported}`);
  const checked = await run('named-checkzone', [
    '-i',
    'none',
    '-k',
    'fail',
    '-m',
    'fail',
    '-r',
    'fail',
    '-T',
    'warn',
    domain,
    file,
  ]);
  judge(
    'named-checkzone',
    'the exported zone',
    checked.code === 0 && /^OK$/m.test(checked.text),
    lineWith(checked.text, /loaded|error|fail/i),
  );

  const canonical = await run('named-compilezone', ['-i', 'none', '-s', 'full', '-o', '-', domain, file]);
  const records = canonical.text.split('\n').flatMap((line) => {
    const [, name, type] = /^(\S+)\s+\d+\s+IN\s+(\S+)\s/.exec(line) ?? [];
    return name && type ? [{ name, type, line: normal(line) }] : [];
  });
  const sets = Map.groupBy(records, ({ name, type }) => `${name} ${type}`);
  const wrong: string[] = [];
  for (const [set, expected] of sets) {
    const [name = '', type = ''] = set.split(' ');
    for (const transport of ['+notcp', '+tcp']) {
      const text = await dig('+dnssec', transport, '+noall', '+comments', '+answer', name, type);
      const answered = text
        .split('\n')
        .filter((line) => /^\S+\s+\d+\s+IN\s/.test(line))
        .map(normal)
        .toSorted();
      const wanted = expected.map(({ line }) => line).toSorted();
      const isRight =
        /status: NOERROR/.test(text) &&
        /flags: qr aa[; ]/.test(text) &&
        /EDNS: version: 0, flags: do/.test(text) &&
        answered.join('\n') === wanted.join('\n');
      if (!isRight) wrong.push(`${set} ${transport}`);
    }
  }
  judge(
    'dig +dnssec',
    `${sets.size} record sets, over UDP and over TCP`,
    sets.size > 5 && wrong.length === 0,
    wrong[0] ?? 'all as exported',
  );

  const cases: [what: string, args: string[], expected: RegExp][] = [
    ['a name that does not exist', [`no-such-name.${domain}`, 'A'], /status: NXDOMAIN/],
    ['a name without that type', [domain, 'HINFO'], /status: NOERROR[\s\S]*ANSWER: 0, AUTHORITY: 1/],
    ['a zone of others', ['example.org', 'A'], /status: REFUSED/],
    ['a later version of EDNS', ['+edns=1', '+noednsnegotiation', domain, 'SOA'], /status: BADVERS/],
    ['the whole zone', [domain, 'AXFR'], /Transfer failed|status: REFUSED/],
    [
      'the name in mixed case',
      [domain.toUpperCase(), 'SOA'],
      new RegExp(`^${domain.toUpperCase()}\\.\\s`, 'm'),
    ],
  ];
  for (const [what, args, expected] of cases) {
    const text = await dig(...args);
    judge('dig', what, expected.test(text), lineWith(text, /status:|Transfer failed/));
  }
};

/** Name, TTL, class, type and data of a line, with one space between and names in lower case. */
const normal = (line: string): string => {
  const [, name = '', ttl = '', type = '', data = ''] =
    /^(\S+)\s+(\d+)\s+IN\s+(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
  return `${name.toLowerCase()} ${ttl} ${type} ${data.replaceAll(/\s+/g, ' ')}`;
};
