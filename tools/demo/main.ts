// `npm run demo`: the main job from an empty data directory, each step proven by a client of its own.
import { createApiClient } from './api-client.ts';
import { demoOrder, followOrder } from './order.ts';
import { proveBooks, proveDns, proveMail, proveVerdict } from './proofs.ts';
import { type DemoServer, reachServer } from './server.ts';
import { tellOn } from './story.ts';

const story = tellOn(process.stdout);

const run = async (server: DemoServer): Promise<void> => {
  const { access } = server;
  const api = createApiClient(access);
  story.proven(
    `the server ${server.how === 'started' ? 'is ready' : 'was running already'} at ${access.base_url}`,
  );
  const before = await api.get('/billing/wallet');
  story.note(`wallet: ${before.credits_remaining} credits; data in ${server.dataDir}`);

  story.begin('Order two domains with five mailboxes each');
  const order = demoOrder();
  const price = await api.post('/orders', { ...order, dry_run: true });
  story.note(`asked first: it would cost ${price.total_cost} credits in ${price.lines.length} lines`);
  const orderedMs = performance.now();
  const placed = await api.post('/orders', order);
  story.proven(`order ${placed.order_id} placed for ${placed.total_cost} credits`);
  const done = await followOrder(api, placed.order_id, story);
  const mailboxes = done.domains.flatMap((domain: { mailboxes: { uid: string }[] }) => domain.mailboxes);
  story.proven(
    `${done.domains.length} domains and ${mailboxes.length} mailboxes active after ${((performance.now() - orderedMs) / 1000).toFixed(1)} s`,
  );

  const [first, second] = done.domains;
  story.begin(`Ask the nameserver about ${first.name}`);
  const { dns_record } = await api.get(`/dns/list?uid=${first.uid}`);
  await proveDns(first.name, server.dns, dns_record.records, story);

  const credentials = (uid: string) => api.get(`/mailboxes/show-credentials?uid=${uid}`);
  const sender = await credentials(first.mailboxes[0].uid);
  const recipient = await credentials(second.mailboxes[1].uid);
  story.begin(`Send a mail from ${sender.email} to ${recipient.email}`);
  const { verdict } = await proveMail(sender, recipient, story);

  story.begin('What the receiving server thought of it');
  proveVerdict(verdict, story);

  story.begin('The books');
  await proveBooks(api, story);
  const after = await api.get('/billing/wallet');
  story.note(`wallet: ${after.credits_remaining} credits`);
};

story.begin('Start InboxKit');
let server: DemoServer | null = null;
try {
  server = await reachServer();
  await run(server);
  story.begin('Done. Every line above was measured just now.');
} catch (error) {
  process.stderr.write(`\nThe demo failed: ${(error as Error).message}\n`);
  await server?.close();
  process.exit(1);
}

if (process.argv.includes('--exit') || server.how === 'was running') {
  await server.close();
  process.exit(0);
}
process.stdout.write(
  `\nThe server goes on at ${server.access.base_url} (docs at ${server.access.base_url}/docs). Try it:\n` +
    `  curl -H 'Authorization: Bearer ${server.access.api_key}' ${server.access.base_url}/v1/api/account\n` +
    'Ctrl-C stops it.\n',
);
const stop = () => {
  server.close().then(() => process.exit(0));
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
