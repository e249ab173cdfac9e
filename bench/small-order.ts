// `npm run bench -- small-order`: 2 domains with 5 mailboxes each; at once after the first start, then again.
import { doBareWork } from './bare-work.ts';
import { makeDataDirectory } from './data-directory.ts';
import { startInstallation } from './installation.ts';
import { reportOrder, reportPeer, reportStages } from './order-report.ts';
import { type PlacedOrder, placeOrder } from './placed-order.ts';
import { figure, part, seconds, title } from './report.ts';
import { untilIdle } from './usage.ts';

const DOMAINS = 2;
const MAILBOXES_EACH = 5;
const AGAIN = 4;

export const benchSmallOrder = async (): Promise<void> => {
  title(`small-order: ${DOMAINS} domains with ${MAILBOXES_EACH} mailboxes each`);
  const data = await makeDataDirectory();
  const installation = await startInstallation(data.path);
  // Not waiting until the new installation is idle: that is what a first user does.
  const first = await placeOrder(installation, DOMAINS, MAILBOXES_EACH);
  figure('first order, right after the first start', seconds(first.doneAfterMs));
  const later: PlacedOrder[] = [];
  for (let run = 0; run < AGAIN; run += 1) {
    await untilIdle(installation.pid);
    later.push(await placeOrder(installation, DOMAINS, MAILBOXES_EACH));
  }
  const best = later.toSorted((a, b) => a.doneAfterMs - b.doneAfterMs)[0]!;
  const all = later.map(({ doneAfterMs }) => seconds(doneAfterMs)).join(', ');
  part(`Best of ${AGAIN} later orders (${all})`);
  reportOrder(best);
  reportStages(best);
  await untilIdle(installation.pid);
  const bare = [];
  for (let run = 0; run < AGAIN; run += 1) bare.push(await doBareWork(installation.databaseUrl, best));
  reportPeer(best, bare.toSorted((a, b) => a.elapsedMs - b.elapsedMs)[0]!);
  await installation.close();
  await data.remove();
};
