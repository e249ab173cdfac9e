// `npm run bench -- dns`: answers a second for 10,000 zones, beside PowerDNS on PostgreSQL and NSD.
import { mkdir, writeFile } from 'node:fs/promises';
import { askUdp } from '../../planes/dns/testing/ask.ts';
import { freePort } from '../../planes/web/testing/free-port.ts';
import type { Child } from '../child.ts';
import { makeDataDirectory } from '../data-directory.ts';
import { needPackages } from '../debian.ts';
import { startInstallation } from '../installation.ts';
import { figure, megabytes, part, times, title } from '../report.ts';
import { familyCpuMsOf, familyPssBytesOf } from '../usage.ts';
import { askFor, askOnce, type DnsLoad } from './dnsperf.ts';
import { fillNsd, NSD_PACKAGES, startNsd } from './nsd.ts';
import { fillPowerDns, POWERDNS_PACKAGES, startPowerDns } from './powerdns.ts';
import { publishZones, startDnsRole } from './published-zones.ts';
import { type BenchQuestion, questionsAbout, zoneNames } from './zones.ts';

const ZONES = 10_000;
const ROUNDS = 3;
const WARM_S = 5;
const SAMPLE = 450;

type Server = { name: string; start(port: number): Promise<Child> };
type Pass = { queriesPerS: number; cpuUsEach: number | null };
type Round = { first: Pass; warm: Pass; memoryBytes: number | null };

export const benchDns = async (): Promise<void> => {
  await needPackages({ dnsperf: 'dnsperf', ...POWERDNS_PACKAGES, ...NSD_PACKAGES });
  const zones = zoneNames(ZONES);
  const questions = questionsAbout(zones);
  title(
    `dns: ${ZONES} zones of 13 records, ${questions.length} different questions by dnsperf over UDP; ` +
      `best of ${ROUNDS} rounds, each server started anew in each`,
  );
  const data = await makeDataDirectory();
  const at = async (name: string) => {
    await mkdir(`${data.path}/${name}`);
    return `${data.path}/${name}`;
  };
  // Keeps the database; the process that is measured has the role `dns` alone, as the peers do nothing else either.
  const dataDir = await at('installation');
  const installation = await startInstallation(dataDir, { INBOXKIT_ROLES: 'api' });
  await publishZones(installation.databaseUrl, zones);
  const powerDnsUrl = await fillPowerDns(installation.databaseUrl, zones);
  const [ownDirectory, powerDnsDirectory, nsdDirectory] = [
    await at('dns'),
    await at('powerdns'),
    await at('nsd'),
  ];
  await fillNsd(nsdDirectory, zones);
  const file = `${data.path}/questions`;
  await writeFile(file, questions.map(({ name, type }) => `${name} ${type}\n`).join(''));

  const servers: Server[] = [
    {
      name: 'InboxKit',
      start: (port) => startDnsRole({ databaseUrl: installation.databaseUrl, dataDir }, ownDirectory, port),
    },
    { name: 'PowerDNS', start: (port) => startPowerDns(powerDnsUrl, powerDnsDirectory, port) },
    { name: 'NSD', start: (port) => startNsd(nsdDirectory, zones, port) },
  ];
  await assertSameAnswers(servers, questions);
  const rounds = new Map<string, Round[]>(servers.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const server of servers) rounds.get(server.name)!.push(await measure(server, file));
  }
  report(rounds);
  await installation.close();
  await data.remove();
};

const measure = async (server: Server, file: string): Promise<Round> => {
  const port = await freePort();
  const child = await server.start(port);
  const first = await measurePass(child.pid, () => askOnce(port, file));
  const warm = await measurePass(child.pid, () => askFor(port, file, WARM_S));
  const memoryBytes = await familyPssBytesOf(child.pid);
  await child.stop();
  return { first, warm, memoryBytes };
};

const measurePass = async (pid: number, ask: () => Promise<DnsLoad>): Promise<Pass> => {
  const before = await familyCpuMsOf(pid);
  const { queriesPerS, queries } = await ask();
  const after = await familyCpuMsOf(pid);
  const known = before !== null && after !== null;
  return { queriesPerS, cpuUsEach: known ? ((after - before) * 1000) / queries : null };
};

const report = (rounds: Map<string, Round[]>): void => {
  const passes = [
    { pass: 'first', heading: 'First pass: every question once, to a server that has just started' },
    { pass: 'warm', heading: `Warm: the same questions again, for ${WARM_S} s` },
  ] as const;
  for (const { pass, heading } of passes) {
    part(heading);
    const best = new Map(
      [...rounds].map(([name, all]) => [
        name,
        all.map((one) => one[pass]).toSorted((a, b) => b.queriesPerS - a.queriesPerS)[0]!,
      ]),
    );
    for (const [name, { queriesPerS, cpuUsEach }] of best) {
      const each = rounds.get(name)!.map((one) => one[pass].queriesPerS.toFixed(0));
      const cpu = cpuUsEach === null ? '' : `, ${cpuUsEach.toFixed(1)} µs of processor time each`;
      figure(`answers a second, ${name}`, queriesPerS.toFixed(0), `of ${each.join(', ')}${cpu}`);
    }
    for (const peer of ['PowerDNS', 'NSD']) {
      figure(`InboxKit ÷ ${peer}`, times(best.get('InboxKit')!.queriesPerS / best.get(peer)!.queriesPerS));
    }
  }
  part('Memory after that; that of PostgreSQL, and its processor time above, is not counted');
  for (const [name, all] of rounds) figure(name, megabytes(all.at(-1)!.memoryBytes));
};

/** A server that answers less would win for nothing. */
const assertSameAnswers = async (servers: Server[], questions: readonly BenchQuestion[]): Promise<void> => {
  const sample = questions.slice(0, SAMPLE);
  const answers = new Map<string, string[]>();
  for (const server of servers) {
    const port = await freePort();
    const child = await server.start(port);
    const all: string[] = [];
    for (const question of sample) {
      const { rcode, flags, answers: records, authorities } = await askUdp(port, question);
      // Who is responsible for a name that does not exist is part of the answer; elsewhere it is a courtesy.
      const negative = records.length === 0 ? authorities : [];
      all.push(`${rcode} ${flags.aa} ${[...records, ...negative].toSorted().join(' | ')}`);
    }
    answers.set(server.name, all);
    await child.stop();
  }
  const own = answers.get('InboxKit')!;
  for (const [name, theirs] of answers) {
    const index = theirs.findIndex((answer, at) => answer !== own[at]);
    if (index >= 0) {
      const { name: asked, type } = sample[index]!;
      throw new Error(`${name} answers ${asked} ${type} otherwise:\n${theirs[index]}\n${own[index]}`);
    }
  }
};
