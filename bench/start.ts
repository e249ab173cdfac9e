// `npm run bench -- start`: from starting the process to ready, on an empty data directory and on the same again.
import pg from 'pg';
import { startEmbeddedPostgres } from '../database/embedded/embedded-postgres.ts';
import { makeDataDirectory } from './data-directory.ts';
import { startInstallation } from './installation.ts';
import { keep } from './leftovers.ts';
import { figure, part, seconds, times, title } from './report.ts';

const ROUNDS = 3;

type Start = { readyAfterMs: number; cpuMs: number | null };
type Starts = { cold: Start; warm: Start };

export const benchStart = async (): Promise<void> => {
  title(`start: to ready, all roles; best of ${ROUNDS}`);
  const own: Starts[] = [];
  const bare: Starts[] = [];
  // The first one on a machine may copy the server's programs to where it can run them; that happens once.
  await startBoth(startBare);
  for (let round = 0; round < ROUNDS; round += 1) {
    own.push(await startBoth(startProgram));
    bare.push(await startBoth(startBare));
  }
  figure('first start, empty data directory', seconds(best(own, 'cold')), listed(own, 'cold'));
  figure('start again', seconds(best(own, 'warm')), listed(own, 'warm'));
  figure('processor time of node, first start', seconds(leastCpuMs(own, 'cold')));
  figure('processor time of node, start again', seconds(leastCpuMs(own, 'warm')));
  part(
    'Peer "bare PostgreSQL": the same server alone, without our process: made, started, first query answered',
  );
  for (const [which, name] of [
    ['cold', 'first start'],
    ['warm', 'start again'],
  ] as const) {
    figure(
      name,
      seconds(best(bare, which)),
      `InboxKit ÷ peer: ${times(best(own, which) / best(bare, which))}`,
    );
  }
};

const best = (all: Starts[], which: keyof Starts): number =>
  Math.min(...all.map((starts) => starts[which].readyAfterMs));

const leastCpuMs = (all: Starts[], which: keyof Starts): number | null => {
  const known = all.flatMap((starts) => starts[which].cpuMs ?? []);
  return known.length > 0 ? Math.min(...known) : null;
};

const listed = (all: Starts[], which: keyof Starts): string =>
  `of ${all.map((starts) => seconds(starts[which].readyAfterMs)).join(', ')}`;

const startBoth = async (start: (dataDir: string) => Promise<Start>): Promise<Starts> => {
  const data = await makeDataDirectory();
  const cold = await start(data.path);
  const warm = await start(data.path);
  await data.remove();
  return { cold, warm };
};

const startProgram = async (dataDir: string): Promise<Start> => {
  const installation = await startInstallation(dataDir);
  await installation.close();
  return { readyAfterMs: installation.readyAfterMs, cpuMs: installation.readyCpuMs };
};

const startBare = async (dataDir: string): Promise<Start> => {
  const startedMs = performance.now();
  const server = await startEmbeddedPostgres({ dataDir, log: { info: () => {}, warn: () => {} } });
  const stop = keep(() => server.stop());
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('select 1');
  const readyAfterMs = performance.now() - startedMs;
  await client.end();
  await stop();
  return { readyAfterMs, cpuMs: null };
};
