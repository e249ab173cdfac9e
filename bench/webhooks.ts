// `npm run bench -- webhooks`: one change told to a thousand endpoints of which a tenth never answers.
import { fileURLToPath } from 'node:url';
import { startChild } from './child.ts';
import { makeDataDirectory } from './data-directory.ts';
import { startInstallation } from './installation.ts';
import { inLanes } from './lanes.ts';
import { figure, seconds, times, title } from './report.ts';

const ENDPOINTS = 1_000;
const DEAD = ENDPOINTS / 10;
const ROUNDS = 3;
const PATIENCE_MS = 60_000;

const receiverProgram = fileURLToPath(import.meta.resolve('./peers/hook-receiver.ts'));

export const benchWebhooks = async (): Promise<void> => {
  title(`webhooks: ${ENDPOINTS} endpoints, ${DEAD} of which accept and never answer; ${ROUNDS} changes`);
  const data = await makeDataDirectory();
  const receiver = await startChild([receiverProgram], /^http:.*$/m);
  const url = receiver.output.trim();
  const installation = await startInstallation(data.path, {
    INBOXKIT_ALLOW_TARGETS: '127.0.0.1/32',
    INBOXKIT_RATE_LIMIT_STANDARD: '10000000',
  });
  const { api } = installation;
  const create = (index: number) => async () => {
    const path = index < DEAD ? `/dead/${index}` : `/${index}`;
    await api.post('/webhooks', { url: url + path, event_types: ['workspace.created'] });
  };
  await inLanes(
    Array.from({ length: ENDPOINTS }, (_, index) => create(index)),
    10,
  );

  const own: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    await api.post('/workspaces/create', { name: `Round ${round}` });
    own.push(await untilReceived(url, (round + 1) * (ENDPOINTS - DEAD), startedAt));
    bare.push(await postAll(url));
  }
  const [slowest, peer] = [Math.max(...own), Math.min(...bare)];
  figure(
    'change to last healthy endpoint, slowest',
    seconds(slowest),
    `goal 2 s; all: ${own.map(seconds).join(', ')}`,
  );
  figure(
    'peer "fetch" posting the same to the healthy',
    seconds(peer),
    'no database, no signature, no retry',
  );
  figure('InboxKit ÷ peer', times(slowest / peer));
  await installation.close();
  await receiver.stop();
  await data.remove();
};

/** Milliseconds from `startedAt` until the receiver has seen so many. */
const untilReceived = async (url: string, count: number, startedAt: number): Promise<number> => {
  for (;;) {
    const { received, lastAgoMs } = (await (await fetch(`${url}/count`)).json()) as Counted;
    if (received >= count) return performance.now() - startedAt - lastAgoMs;
    if (performance.now() - startedAt > PATIENCE_MS) throw new Error(`only ${received} of ${count} arrived`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
};

type Counted = { received: number; lastAgoMs: number };

const postAll = async (url: string): Promise<number> => {
  const body = JSON.stringify({ type: 'workspace.created', data: { name: 'x'.repeat(200) } });
  const startedAt = performance.now();
  const posts = Array.from({ length: ENDPOINTS - DEAD }, () => async () => {
    await (await fetch(`${url}/peer`, { method: 'POST', body })).arrayBuffer();
  });
  await inLanes(posts, 512);
  return performance.now() - startedAt;
};
