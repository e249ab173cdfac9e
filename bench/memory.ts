// `npm run bench -- memory`: resident memory of the process with all roles, idle; without PostgreSQL.
import { fileURLToPath } from 'node:url';
import { startChild } from './child.ts';
import { makeDataDirectory } from './data-directory.ts';
import { startInstallation } from './installation.ts';
import { placeOrder } from './placed-order.ts';
import { figure, megabytes, part, times, title } from './report.ts';
import { familyPssBytesOf, rssBytesOf } from './usage.ts';

const IDLE_MS = 10_000;

const peerProgram = fileURLToPath(import.meta.resolve('./peers/hono-only.ts'));

export const benchMemory = async (): Promise<void> => {
  title(`memory: all roles in one process, idle for ${IDLE_MS / 1000} s`);
  const data = await makeDataDirectory();
  const installation = await startInstallation(data.path);
  const peer = await startChild([peerProgram], /^http:/m);
  await (await fetch(peer.output.trim())).text();
  await idle();
  const bytes = await rssBytesOf(installation.pid);
  const peerBytes = await rssBytesOf(peer.pid);
  const postgresBytes = await familyPssBytesOf(installation.postgresPid);
  if (bytes === null || peerBytes === null) throw new Error('memory is read from /proc, which is not here');
  figure('after the first start', megabytes(bytes));
  await placeOrder(installation, 2, 5);
  await idle();
  figure('after an order of 2 domains with 5 mailboxes', megabytes(await rssBytesOf(installation.pid)));
  figure('PostgreSQL beside it, not counted', megabytes(postgresBytes), 'shared pages once');
  part('Peer "hono only": a Node process that serves one route with the same HTTP library');
  figure('hono only', megabytes(peerBytes));
  figure('all roles ÷ hono only', times(bytes / peerBytes));
  await peer.stop();
  await installation.close();
  await data.remove();
};

const idle = () => new Promise((wake) => setTimeout(wake, IDLE_MS));
