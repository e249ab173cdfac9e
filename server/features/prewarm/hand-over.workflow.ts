// Hands one prewarmed domain over to whoever bought it.
//
// Durable because it spends money, and because what the operator had on the domain has to be gone before the domain is
// somebody else's, at a mailbox host that may be slow or away. The operator's mailboxes are removed at their host, with
// their mail, passwords, app passwords, tokens and open sessions, and the host forgets the domain and its keys; then one
// transaction charges the domain, gives it to the buyer's workspace and writes the buyer's mailboxes, which
// `domains.set-up` and `mailboxes.buy` make there. So the buyer's mailboxes are new ones: nothing in them was anybody's.
// Until that transaction everything is given back when it fails; after it the domain is the buyer's, and a mailbox that
// cannot be made is credited back by itself.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inSavepoint, inTransaction, type Tx } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import { rejected } from '../../../providers/contracts/failure.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import { defineWorkflow } from '../../../workflow/definition.ts';
import { publicReason } from '../../../workflow/failure.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import { ApiError } from '../../http/errors.ts';
import { captureCharges, giveBackCharges, lockFunds } from '../billing/index.ts';
import type { FeatureSettings } from '../context.ts';
import { type Domain, domainLock, domainsOfUids, handDomainOver } from '../domains/index.ts';
import { recordEvents } from '../events/index.ts';
import {
  buyMailbox,
  buyMailboxId,
  insertMailboxes,
  liveMailboxesOf,
  type Mailbox,
  removeMailboxesOf,
} from '../mailboxes/index.ts';
import { pricesOfVersion } from '../price-book/index.ts';
import { handOver as exportMailboxes, findSequencers } from '../sequencers/index.ts';
import { addWarmups } from '../warmup/index.ts';
import { holdWorkspace } from '../workspaces/index.ts';
import { saleEvent } from './events.ts';
import { domainSubject, type PrewarmOrder, type Sale } from './sale.ts';
import type { Stock } from './stock.ts';
import { orderByUid, saleByUid, saleLock, saleUpdate, stockLock, stockUpdate } from './store.ts';

type Context = {
  db: Db;
  clock: Clock;
  secrets: SecretBox;
  providers: Providers;
  settings: FeatureSettings;
  workflows: WorkflowStarter;
};
type Args = { saleUid: string };

export const handOverId = (saleUid: string): string => `prewarm.hand-over:${saleUid}`;

export const handOver = defineWorkflow({
  name: 'prewarm.hand-over',
  queue: { name: 'prewarm.hand-over', concurrency: 4 },
  steps: {
    check: {
      does: 'asks whether the domain is still as it was put up for sale',
      run: check,
      undo: null,
      irreversibleBecause: 'it only asks',
    },
    removeMailboxes: {
      does: 'has the mailbox host remove the operator’s mailboxes with all that is in them',
      run: removeMailboxes,
      undo: null,
      irreversibleBecause: 'mail that is gone is gone',
    },
    leaveMailHost: {
      does: 'has the mailbox host forget the domain and its keys',
      run: leaveMailHost,
      undo: null,
      irreversibleBecause: 'setting it up again makes new keys',
    },
    give: {
      does: 'charges the domain, and gives it to the buyer with the mailboxes that are to be made',
      run: give,
      undo: null,
      irreversibleBecause: 'it is the last step',
    },
  },

  async run(flow, { saleUid }: Args) {
    await flow.step('check', { saleUid });
    await flow.step('removeMailboxes', { saleUid });
    await flow.step('leaveMailHost', { saleUid });
    await flow.step('give', { saleUid });
  },

  async onFailure({ db, clock }, { input, failure }) {
    const reason = publicReason(failure);
    await inTransaction(db, async (tx) => {
      // The wallet before the stock, as whoever buys takes its locks.
      await lockFunds(tx, (await orderOf(tx, await saleOf(tx, input.saleUid))).teamUid);
      const { sale, order, stock } = await lock(tx, input.saleUid);
      // The step that gave it may have lost its answer, not its effect.
      if (sale.status !== 'reserved') return;
      const now = clock.now();
      for (const subject of [domainSubject(sale), ...sale.mailboxes.map(mailboxSubject)]) {
        await giveBackCharges(tx, subject, 'it could not be handed over', now);
      }
      await saleUpdate(tx, sale.uid, { status: 'failed', reason }, now);
      // What is left of it is for the operator to look at.
      await stockUpdate(tx, stock.uid, { status: 'withdrawn', statusReason: reason }, now);
      await recordEvents(tx, [saleEvent(order, sale, 'domain_failed', reason, now)]);
    });
  },
});

const mailboxSubject = ({ uid }: { uid: string }) => ({ type: 'mailbox' as const, uid });

/** Refuses before anything is removed. One that was handed over already is fine. */
async function check({ db }: Context, { saleUid }: Args): Promise<void> {
  const sale = await saleOf(db, saleUid);
  if (sale.status === 'handed_over') return;
  assertSellable((await domainsOfUids(db, [sale.domainUid])).get(sale.domainUid));
  const mailboxes = await liveMailboxesOf(db, sale.domainUid);
  const held = mailboxes.filter(({ status }) => status === 'active').length;
  if (held !== sale.mailboxes.length || held !== mailboxes.length) {
    throw rejected('its mailboxes are not those that were for sale any more', 'prewarm_changed');
  }
}

function assertSellable(domain: Domain | undefined | null): asserts domain is Domain {
  if (domain?.status !== 'active') {
    throw rejected(`the domain is ${domain?.status ?? 'gone'}`, 'prewarm_changed');
  }
}

async function removeMailboxes(context: Context, { saleUid }: Args): Promise<void> {
  const { domainUid, status } = await saleOf(context.db, saleUid);
  // From then on they are the buyer's.
  if (status !== 'reserved') return;
  const busy = await removeMailboxesOf(context, domainUid, 'its domain was sold');
  if (busy > 0) throw rejected('one of its mailboxes is being made', 'prewarm_changed');
}

async function leaveMailHost({ db, providers }: Context, { saleUid }: Args): Promise<void> {
  const sale = await saleOf(db, saleUid);
  if (sale.status !== 'reserved') return;
  const domain = (await domainsOfUids(db, [sale.domainUid])).get(sale.domainUid)!;
  const { name, workspaceUid: workspaceId } = domain;
  await providers
    .mailboxHost(domain.mailPlatform ?? 'SMTP', { workspaceId, domain: name })
    .removeDomain(name);
}

/** @throws ProviderFailure `rejected` when the buyer's workspace is gone or full by now */
async function give(context: Context, args: Args): Promise<void> {
  try {
    await giveLocked(context, args);
  } catch (error) {
    throw error instanceof ApiError ? rejected(error.message, error.definition.code) : error;
  }
}

const giveLocked = (context: Context, { saleUid }: Args): Promise<void> => {
  const { db, clock, workflows } = context;
  return inTransaction(db, async (tx) => {
    const now = clock.now();
    const { workspaceUid, teamUid } = await orderOf(tx, await saleOf(tx, saleUid));
    await holdWorkspace(tx, workspaceUid);
    await lockFunds(tx, teamUid);
    const { sale, order, stock } = await lock(tx, saleUid);
    if (sale.status !== 'reserved') return;
    const domain = await domainLock(tx, sale.domainUid);
    assertSellable(domain);
    await captureCharges(tx, domainSubject(sale), now);
    const owner = { teamUid, workspaceUid, priceMicros: sale.domainPriceMicros };
    await handDomainOver(tx, context, domain, owner, stock.platform, now);
    const mailboxes = await writeMailboxes(tx, context, { sale, order, stock }, now);
    for (const { uid } of mailboxes) {
      await workflows.start(tx, buyMailbox, buyMailboxId(uid), { mailboxUid: uid });
    }
    await saleUpdate(tx, sale.uid, { status: 'handed_over' }, now);
    await stockUpdate(tx, stock.uid, { status: 'sold' }, now);
    await recordEvents(tx, [saleEvent(order, sale, 'domain_handed_over', null, now)]);
    await keepInUse(tx, order, sale, mailboxes, now);
  });
};

type Sold = { sale: Sale; order: PrewarmOrder; stock: Stock };

const writeMailboxes = (
  tx: Tx,
  { secrets, settings }: Context,
  { sale, order, stock }: Sold,
  now: Date,
): Promise<Mailbox[]> =>
  insertMailboxes(
    tx,
    { secrets, maxPerDomain: Math.max(settings.maxMailboxesPerDomain, sale.mailboxes.length) },
    { teamUid: order.teamUid, workspaceUid: order.workspaceUid },
    [{ uid: sale.domainUid, name: sale.domainName }],
    sale.mailboxes.map(({ priceMicros: _, ...box }) => ({
      ...box,
      domainName: sale.domainName,
      platform: stock.platform,
      months: 1,
    })),
    now,
  );

/** Hands the mailboxes on, and has them warmed further, where that was asked for; each goes when it is ready. */
const keepInUse = async (
  tx: Tx,
  order: PrewarmOrder,
  sale: Sale,
  mailboxes: Mailbox[],
  now: Date,
): Promise<void> => {
  const tell = (error: unknown) => {
    if (!(error instanceof ApiError)) throw error;
    return error.message;
  };
  if (order.sequencerUid !== null) {
    const sequencerUid = order.sequencerUid;
    // One that was taken away meanwhile is no reason to keep the domain from its buyer.
    const [sequencer] = await findSequencers(tx, order.workspaceUid, [sequencerUid]).catch((error) => {
      tell(error);
      return [];
    });
    if (sequencer)
      await exportMailboxes(
        tx,
        mailboxes.map((mailbox) => ({ sequencerUid, mailbox })),
        now,
      );
  }
  if (!order.keepWarming) return;
  const { teamUid, workspaceUid, keyUid } = order;
  const book = await pricesOfVersion(tx, order.priceVersion);
  const wish = {
    mailboxUids: mailboxes.map(({ uid }) => uid),
    activateImmediately: true,
    settings: {},
    shared: undefined,
  };
  try {
    await inSavepoint(tx, () => addWarmups(tx, { teamUid, workspaceUid, keyUid, book }, wish, now));
  } catch (error) {
    await recordEvents(tx, [saleEvent(order, sale, 'not_kept_warm', tell(error), now)]);
  }
};

const saleOf = async (db: Db, uid: string): Promise<Sale> => {
  const sale = await saleByUid(db, uid);
  if (!sale) throw rejected('the sale is gone', 'sale_gone');
  return sale;
};

const orderOf = async (db: Db, { orderUid }: Sale): Promise<PrewarmOrder> =>
  (await orderByUid(db, orderUid))!;

/** The stock is locked before its sale, as by whoever buys. */
const lock = async (tx: Tx, saleUid: string): Promise<Sold> => {
  const { stockUid } = await saleOf(tx, saleUid);
  const stock = (await stockLock(tx, stockUid))!;
  const sale = (await saleLock(tx, saleUid))!;
  return { sale, stock, order: await orderOf(tx, sale) };
};
