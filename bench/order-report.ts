// Prints a finished order and its peer.
import type { BareWork } from './bare-work.ts';
import type { PlacedOrder } from './placed-order.ts';
import { figure, megabytes, part, percent, seconds, times } from './report.ts';

export const reportOrder = (order: PlacedOrder): void => {
  const { doneAfterMs, nodeCpuMs, postgresCpuMs, mailboxes } = order;
  figure('all active after', seconds(doneAfterMs), `of which ${seconds(order.placedAfterMs)} to place it`);
  figure('mailboxes per minute', ((mailboxes / doneAfterMs) * 60_000).toFixed(0));
  figure('processor time, node', seconds(nodeCpuMs), perMailbox(nodeCpuMs, mailboxes));
  figure('processor time, PostgreSQL', seconds(postgresCpuMs), perMailbox(postgresCpuMs, mailboxes));
  figure(
    'transactions that write',
    String(order.writingTransactions),
    `${(order.writingTransactions / mailboxes).toFixed(1)} a mailbox`,
  );
  figure('write-ahead log', megabytes(order.walBytes));
};

const perMailbox = (ms: number | null, mailboxes: number): string =>
  ms === null ? '' : `${(ms / mailboxes).toFixed(0)} ms a mailbox`;

export const reportStages = ({ stages }: PlacedOrder): void => {
  part('Share of time per stage, over all mailboxes');
  for (const { stage, share, meanMs, longestMs } of stages) {
    figure(stage, percent(share), `mean ${seconds(meanMs)}, longest ${seconds(longestMs)}`);
  }
};

export const reportPeer = (order: PlacedOrder, bare: BareWork): void => {
  part(
    `Peer "bare work": ${order.mailboxes} × argon2id made and checked, ${order.domains} × RSA-2048 and Ed25519, ` +
      `${order.changes} single-row transactions on the same PostgreSQL`,
  );
  figure('bare work', seconds(bare.elapsedMs), `processor time ${seconds(bare.cpuMs)}, without PostgreSQL`);
  figure('order ÷ bare work', times(order.doneAfterMs / bare.elapsedMs));
};
