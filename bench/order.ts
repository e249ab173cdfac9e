// `npm run bench`: an order of 50 domains with 3 mailboxes each, from the request to all active.
import { doBareWork } from './bare-work.ts';
import { makeDataDirectory } from './data-directory.ts';
import { startInstallation } from './installation.ts';
import { reportOrder, reportPeer, reportStages } from './order-report.ts';
import { placeOrder } from './placed-order.ts';
import { title } from './report.ts';
import { untilIdle } from './usage.ts';

const DOMAINS = 50;
const MAILBOXES_EACH = 3;

export const benchOrder = async (): Promise<void> => {
  title(`order: ${DOMAINS} domains with ${MAILBOXES_EACH} mailboxes each, on a fresh installation`);
  const data = await makeDataDirectory();
  const installation = await startInstallation(data.path);
  await untilIdle(installation.pid);
  const order = await placeOrder(installation, DOMAINS, MAILBOXES_EACH);
  reportOrder(order);
  reportStages(order);
  await untilIdle(installation.pid);
  reportPeer(order, await doBareWork(installation.databaseUrl, order));
  await installation.close();
  await data.remove();
};
