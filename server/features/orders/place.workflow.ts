// Fulfils an order: a run of its own for every domain, all at once, and the order's end when all have ended.
//
// Durable because an order takes from seconds to days and everything in it is paid for: whatever process dies,
// the order goes on where it stood. Buying and giving back are the business of the workflows it starts
// (`domains.register`, `domains.set-up`, `mailboxes.buy`); one domain that fails takes only its own mailboxes along.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { defineWorkflow } from '../../../workflow/definition.ts';
import { publicReason } from '../../../workflow/failure.ts';
import { abandonDomain, domainsOfUids } from '../domains/index.ts';
import { recordEvents } from '../events/index.ts';
import { failMailbox, mailboxesOfUids } from '../mailboxes/index.ts';
import { orderMoved } from './events.ts';
import { type Fulfilment, fulfilDomain, fulfilDomainId } from './fulfil-domain.workflow.ts';
import type { OrderStatus } from './order.ts';
import { orderByUid, orderLines, orderLock, orderUpdate } from './store.ts';
import { resultOf } from './view.ts';

type Context = { db: Db; clock: Clock };
type Args = { orderUid: string };

/** One run of an order: the first, or a retry of what failed. */
export const placeId = (orderUid: string, run = 1): string =>
  run === 1 ? `orders.place:${orderUid}` : `orders.place:${orderUid}:${run}`;

export const place = defineWorkflow({
  name: 'orders.place',
  steps: {
    begin: {
      does: 'marks the order as processing',
      run: begin,
      undo: null,
      irreversibleBecause: 'it only marks',
    },
    finish: {
      does: 'marks the order as done, or as ended with errors',
      run: finish,
      undo: null,
      irreversibleBecause: 'it is the last step',
    },
  },

  async run(flow, { orderUid }: Args) {
    const lines = await flow.step('begin', { orderUid });
    const children = [];
    for (const line of lines) {
      children.push(await flow.start(fulfilDomain, fulfilDomainId(line.uid, line.run), line));
    }
    for (const child of children) await flow.outcome(child);
    await flow.step('finish', { orderUid });
  },

  async onFailure({ db, clock }, { input, failure }) {
    // Whatever fulfils a domain looks after it; before that began nobody does.
    if (failure.step === 'begin') await abandonAll({ db, clock }, input.orderUid, publicReason(failure));
    await end(db, clock, input.orderUid, 'error');
  },
});

async function begin({ db, clock }: Context, { orderUid }: Args): Promise<Fulfilment[]> {
  return inTransaction(db, async (tx) => {
    await moveOrder(tx, orderUid, { status: 'processing' }, clock.now());
    const lines = (await orderLines(tx, [orderUid])).get(orderUid) ?? [];
    const first = await mailboxesOfUids(
      tx,
      lines.flatMap(({ mailboxUids }) => mailboxUids.slice(0, 1)),
    );
    const domains = await domainsOfUids(
      tx,
      lines.map(({ domainUid }) => domainUid),
    );
    return lines.map(({ uid, domainUid, mailboxUids, run, consentUrl }) => ({
      uid,
      domainUid,
      mailboxUids,
      run,
      domainReady: domains.get(domainUid)?.status === 'active',
      agrees: consentUrl !== null,
      platform: first.get(mailboxUids[0] ?? '')?.platform ?? null,
    }));
  });
}

async function abandonAll(context: Context, orderUid: string, reason: string): Promise<void> {
  for (const line of (await orderLines(context.db, [orderUid])).get(orderUid) ?? []) {
    await abandonDomain(context, line.domainUid, reason);
    for (const uid of line.mailboxUids) await failMailbox(context, uid, reason);
  }
}

async function finish({ db, clock }: Context, { orderUid }: Args): Promise<void> {
  const order = await orderByUid(db, orderUid);
  const lines = (await orderLines(db, [orderUid])).get(orderUid) ?? [];
  await end(db, clock, orderUid, await resultOf(db, order!, lines));
}

const end = (db: Db, clock: Clock, orderUid: string, status: 'done' | 'error'): Promise<void> =>
  inTransaction(db, (tx) => {
    const now = clock.now();
    return moveOrder(tx, orderUid, { status, finishedAt: now }, now);
  });

const moveOrder = async (
  tx: Tx,
  uid: string,
  change: { status: OrderStatus; finishedAt?: Date },
  now: Date,
): Promise<void> => {
  const before = await orderLock(tx, uid);
  if (!before || before.status === change.status || before.finishedAt) return;
  await orderUpdate(tx, uid, change, now);
  await recordEvents(tx, [orderMoved(before, before.status, change.status, now)]);
};
