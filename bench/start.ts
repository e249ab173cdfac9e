// `npm run bench -- start`: from starting the process to ready, on an empty data directory and on the same again.
import pg from 'pg';
import { startEmbeddedPostgres } from '../database/embedded/embedded-postgres.ts';
import { makeDataDirectory } from './data-directory.ts';
import { startInstallation } from './installation.ts';
import { keep } from './leftovers.ts';
import { figure, part, seconds, times, title } from './report.ts';

const ROUNDS = 3;

type Starts = { coldMs: number; warmMs: number };

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
  const [program, peer] = [bestOf(own), bestOf(bare)];
  figure('first start, empty data directory', seconds(program.coldMs), listed(own, 'coldMs'));
  figure('start again', seconds(program.warmMs), listed(own, 'warmMs'));
  part(
    'Peer "bare PostgreSQL": the same server alone, without our process: made, started, first query answered',
  );
  figure('first start', seconds(peer.coldMs), `ratio ${times(program.coldMs / peer.coldMs)}`);
  figure('start again', seconds(peer.warmMs), `ratio ${times(program.warmMs / peer.warmMs)}`);
};

const listed = (all: Starts[], which: keyof Starts): string =>
  `of ${all.map((starts) => seconds(starts[which])).join(', ')}`;

const bestOf = (all: Starts[]): Starts => ({
  coldMs: Math.min(...all.map(({ coldMs }) => coldMs)),
  warmMs: Math.min(...all.map(({ warmMs }) => warmMs)),
});

const startBoth = async (start: (dataDir: string) => Promise<number>): Promise<Starts> => {
  const data = await makeDataDirectory();
  const coldMs = await start(data.path);
  const warmMs = await start(data.path);
  await data.remove();
  return { coldMs, warmMs };
};

const startProgram = async (dataDir: string): Promise<number> => {
  const installation = await startInstallation(dataDir);
  await installation.close();
  return installation.readyAfterMs;
};

const startBare = async (dataDir: string): Promise<number> => {
  const startedMs = performance.now();
  const server = await startEmbeddedPostgres({ dataDir, log: { info: () => {}, warn: () => {} } });
  const stop = keep(() => server.stop());
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('select 1');
  const elapsedMs = performance.now() - startedMs;
  await client.end();
  await stop();
  return elapsedMs;
};
