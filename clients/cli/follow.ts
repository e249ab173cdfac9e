// `orders follow`: an order until it is ended, told as it happens.
import { setTimeout as sleep } from 'node:timers/promises';
import type { InboxKit, Output } from '../sdk/index.ts';
import { EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

type Order = Output<'orders.get'>;

const EVERY_MS = 1000;

type Stage = { status: string; reason: string | null };

/** Of the order, its domains and its mailboxes, by name. */
const stagesOf = (order: Order): Map<string, Stage> =>
  new Map<string, Stage>([
    ['order', order],
    ...order.domains.flatMap((domain) => [
      [domain.name, domain] as const,
      ...domain.mailboxes.map((mailbox) => [mailbox.email, mailbox] as const),
    ]),
  ]);

/** Ends with `refused` when the order could not be carried out as a whole. */
export const followOrder = async (
  terminal: Terminal,
  sdk: InboxKit,
  orderId: string,
  { json = false, everyMs = EVERY_MS }: { json?: boolean; everyMs?: number } = {},
): Promise<number> => {
  const told = new Map<string, string>();
  for (;;) {
    const order = await sdk.orders.get({ order_id: orderId }, { signal: terminal.signal });
    for (const [name, { status, reason }] of stagesOf(order)) {
      const now = `${status}${reason ? `: ${reason}` : ''}`;
      if (told.get(name) === now) continue;
      told.set(name, now);
      terminal.out(json ? JSON.stringify({ name, status, reason }) : `${name}  ${now}`);
    }
    if (order.finished_at !== null) return order.status === 'done' ? EXIT.ok : EXIT.refused;
    await sleep(everyMs, undefined, { signal: terminal.signal });
  }
};
