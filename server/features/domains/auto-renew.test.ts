// Bought domains over the end of their year, on a clock of its own: renewed, renewed late, and lost.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { inTransaction } from '../../../database/database.ts';
import { generateKey } from '../../../database/secret-box.ts';
import { newId } from '../../../database/uuid.ts';
import type { WorkflowRuntime } from '../../../workflow/runtime.ts';
import { keepDomainsRenewed, keepMailboxesRenewed } from '../../testing/lifecycles.ts';
import { openMailboxes } from '../../testing/open-mailbox.ts';
import { contact } from '../../testing/order-body.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { startVirtualWorker, workflowsEnded } from '../../testing/virtual-worker.ts';
import { addCredits } from '../billing/index.ts';
import { creditsToMicros } from '../price-book/index.ts';
import { domainByUid } from './index.ts';

const PRICE = 12.5;
const DAY_MS = 24 * 3_600_000;
const clock = new VirtualClock(new Date('2027-01-31T10:00:00.000Z'));
const api = useInstallation({ INBOXKIT_ROLES: 'api', INBOXKIT_SECRET_KEY: generateKey() }, { clock });
let worker: WorkflowRuntime;
beforeAll(async () => {
  worker = await startVirtualWorker(api);
});
afterAll(() => worker.close());

const db = () => api.database.db;

/** Everything that is due by then, a day at a time; two workers at once. */
const live = async (until: string): Promise<void> => {
  const { context } = api.installation;
  for (;;) {
    for (let rounds = 0; rounds < 3; rounds += 1) {
      await Promise.all([keepDomainsRenewed(context), keepDomainsRenewed(context)]);
      await keepMailboxesRenewed(context);
      await workflowsEnded(api);
    }
    const leftMs = new Date(until).getTime() - clock.now().getTime();
    if (leftMs <= 0) return;
    await clock.advance(Math.min(DAY_MS, leftMs));
  }
};

type Held = { team: Team; uid: string; name: string; mailboxUid: string };

/** A domain that its registrar has for a year, with a mailbox on an included seat. */
const holding = async (credits: number): Promise<Held> => {
  const team = await addTeam(api.installation, credits);
  const { domain, uids } = await openMailboxes(api.installation, team, 1, { useWalletBalance: false });
  const { expiresAt } = await api.installation.context.providers.registrar().register({
    name: domain.name,
    years: 1,
    contact,
    nameservers: ['ns1.northpeak.example'],
    idempotencyKey: domain.name,
  });
  await db()
    .updateTable('domain')
    .set({ renewal_date: new Date(expiresAt!), renewal_due_at: clock.now() })
    .where('uid', '=', domain.uid)
    .execute();
  return { team, uid: domain.uid, name: domain.name, mailboxUid: uids[0]! };
};
const told = async (uid: string, type: string): Promise<Body[]> => {
  const events = db().selectFrom('event').select(['data', 'occurred_at']).where('subject_uid', '=', uid);
  const rows = await events.where('type', '=', type).orderBy('seq').execute();
  return rows.map(({ data, occurred_at }) => ({ ...(data as object), at: occurred_at.toISOString() }));
};
const domainOf = async ({ uid }: Held) => (await domainByUid(db(), uid))!;
const mailboxOf = async ({ mailboxUid }: Held): Promise<string> =>
  (await db().selectFrom('mailbox').select('status').where('uid', '=', mailboxUid).executeTakeFirstOrThrow())
    .status;
const walletOf = async ({ team }: Held): Promise<number> => {
  const { body } = await api.get('/billing/ledger/verify', { key: team.key });
  expect(body.balanced).toBe(true);
  return body.accounts.wallet;
};
const give = ({ team }: Held, credits: number): Promise<void> =>
  inTransaction(db(), (tx) =>
    addCredits(tx, {
      teamUid: team.teamUid,
      amountMicros: creditsToMicros(credits),
      key: newId(),
      description: 'Test',
      now: clock.now(),
    }),
  );

describe('the end of a domain’s year', () => {
  let rich: Held;
  let late: Held;
  let redeemed: Held;
  let lost: Held;
  let removed: Held;
  const seen: Record<string, string[]> = {};

  beforeAll(async () => {
    rich = await holding(100);
    late = await holding(0);
    redeemed = await holding(0);
    lost = await holding(0);
    removed = await holding(0);
    await clock.advance(new Date('2028-01-05T10:00:00.000Z').getTime() - clock.now().getTime());
    await live('2028-01-20T10:00:00.000Z');
    await give(late, 20);
    await api.post(
      '/domains/remove',
      { uids: [removed.uid], confirm_mailboxes: true },
      { key: removed.team.key, workspace: removed.team.workspaceUid },
    );
    await give(removed, 20);
    await live('2028-02-02T10:00:00.000Z');
    seen.expired = [(await domainOf(redeemed)).status, await mailboxOf(redeemed)];
    await live('2028-02-10T10:00:00.000Z');
    await give(redeemed, 20);
    await live('2028-03-10T10:00:00.000Z');
  }, 200_000);

  test('is renewed from the wallet two weeks before, once, after reminders', async () => {
    const { renewalDate, status, renewalStatus } = await domainOf(rich);
    expect(renewalDate).toEqual(new Date('2029-01-31T10:00:00.000Z'));
    expect([status, renewalStatus]).toEqual(['active', 'completed']);
    const [renewed, ...more] = await told(rich.uid, 'domain.renewed');
    expect([renewed.at.slice(0, 10), more]).toEqual(['2028-01-17', []]);
    const reminders = await told(rich.uid, 'domain.renewal_reminder');
    expect(reminders.map(({ at }) => at.slice(0, 10))).toEqual(['2028-01-10', '2028-01-16']);
    expect(await walletOf(rich)).toBe(100 - PRICE);
    expect(await mailboxOf(rich)).toBe('active');
  });

  test('waits for credits, and is renewed in the moment they arrive', async () => {
    const [renewed, ...more] = await told(late.uid, 'domain.renewed');
    expect([renewed.at.slice(0, 10), more]).toEqual(['2028-01-20', []]);
    expect((await told(late.uid, 'domain.renewal_unpaid')).length).toBeGreaterThanOrEqual(3);
    expect(await walletOf(late)).toBe(20 - PRICE);
    expect((await domainOf(late)).unpaidSince).toBeNull();
  });

  test('suspends its mailboxes when nobody pays, and brings them back when somebody does', async () => {
    expect(seen.expired).toEqual(['inactive', 'suspended']);
    expect((await domainOf(redeemed)).status).toBe('active');
    expect(await mailboxOf(redeemed)).toBe('active');
    expect((await domainOf(redeemed)).renewalDate).toEqual(new Date('2029-01-31T10:00:00.000Z'));
    expect(await walletOf(redeemed)).toBe(20 - PRICE);
  });

  test('is not renewed once somebody removed it, although it waited for credits', async () => {
    expect((await told(removed.uid, 'domain.renewal_unpaid')).length).toBeGreaterThan(0);
    expect((await domainOf(removed)).status).toBe('deleted');
    expect(await walletOf(removed)).toBe(20);
  });

  test('loses the domain and its mailboxes a month after it, for good', async () => {
    expect((await domainOf(lost)).status).toBe('deleted');
    expect(await mailboxOf(lost)).toBe('deleted');
    expect(await walletOf(lost)).toBe(0);
    const statuses = (await told(lost.uid, 'domain.status_changed')).map(({ status }) => status);
    expect(statuses.slice(-3)).toEqual(['inactive', 'scheduled_for_deletion', 'deleted']);
  });
});
