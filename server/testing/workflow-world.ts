// Worlds for the failure harness: an installation without a worker of its own, and teams that have just bought.

import { inTransaction } from '../../database/database.ts';
import { generateKey } from '../../database/secret-box.ts';
import { ledgerBalances, reserveCharges } from '../features/billing/index.ts';
import { domainLine, insertDomains } from '../features/domains/index.ts';
import { insertMailboxes, mailboxLine } from '../features/mailboxes/index.ts';
import type { Installation } from '../roles/installation.ts';
import { contact, freshName } from './order-body.ts';
import { addTeam, type Team } from './second-team.ts';
import { type TestInstallation, useInstallation } from './test-installation.ts';

export const CREDITS = 1000;
const DOMAIN_MICROS = 12_500_000;
const MAILBOX_MICROS = 3_500_000;

/** All roles but the worker: the harness executes workflows itself, and a process has one runtime. */
export const useInstallationWithoutWorker = (): TestInstallation =>
  useInstallation({ INBOXKIT_ROLES: 'api,dns,mail,web', INBOXKIT_SECRET_KEY: generateKey() });

export type Bought = { team: Team; domain: { uid: string; name: string }; mailboxUids: string[] };

/** A team of its own with a domain, and as many mailboxes on it, whose price is reserved and nothing else done. */
export const buyForTest = async (installation: Installation, mailboxes = 0): Promise<Bought> => {
  const team = await addTeam(installation, CREDITS);
  const { storage, context } = installation;
  const scope = { teamUid: team.teamUid, workspaceUid: team.workspaceUid };
  const wish = {
    name: freshName(),
    years: 1,
    contact,
    dmarcEmail: null,
    catchAllEmail: null,
    forwardingUrl: null,
  };
  return inTransaction(storage.db, async (tx) => {
    const now = context.clock.now();
    const [domain] = await insertDomains(tx, scope, [{ ...wish, priceMicros: DOMAIN_MICROS }], now);
    const boxes = await insertMailboxes(
      tx,
      { secrets: context.secrets, maxPerDomain: 100 },
      scope,
      [domain!],
      Array.from({ length: mailboxes }, (_, index) => ({
        username: `mara${index}`,
        domainName: domain!.name,
        firstName: 'Mara',
        lastName: 'Voss',
        platform: 'GOOGLE' as const,
        profilePicture: null,
        months: 1,
      })),
      now,
    );
    await reserveCharges(tx, {
      ...scope,
      reference: { type: 'domain', uid: domain!.uid },
      description: 'for a test',
      keyUid: null,
      priceVersion: 1,
      lines: [
        domainLine({ ...domain!, years: 1 }),
        ...boxes.map((box) => mailboxLine(box, { amountMicros: MAILBOX_MICROS, paidWith: 'wallet' })),
      ],
      now,
    });
    return { team, domain: domain!, mailboxUids: boxes.map(({ uid }) => uid) };
  });
};

/** What the team's wallet and books say, in credits. */
export const booksOf = async ({ storage }: Installation, teamUid: string) => {
  const sums = await ledgerBalances(storage.db, teamUid);
  return { wallet: sums.wallet / 1e6, reserved: sums.reserved / 1e6, spent: sums.revenue / 1e6 };
};

export const domainStatus = async ({ storage }: Installation, uid: string) =>
  (await storage.db.selectFrom('domain').select('status').where('uid', '=', uid).executeTakeFirstOrThrow())
    .status;

export const mailboxStatuses = async ({ storage }: Installation, uids: string[]) => {
  if (uids.length === 0) return [];
  const rows = await storage.db.selectFrom('mailbox').select('status').where('uid', 'in', uids).execute();
  return rows.map(({ status }) => status);
};

/** How often the registry has the name, and how many mailboxes the mail plane knows on it. */
export const worldOutside = async ({ storage }: Installation, name: string) => {
  const { db } = storage;
  const names = await db.selectFrom('registry.name').select('name').where('name', '=', name).execute();
  const boxes = await db.selectFrom('published.mailbox').select('id').where('domain', '=', name).execute();
  return { registrations: names.length, mailboxes: boxes.length };
};

/** How often the thing was told to have reached the status. */
export const timesTold = async ({ storage }: Installation, uid: string, status: string): Promise<number> => {
  const events = await storage.db.selectFrom('event').select('data').where('subject_uid', '=', uid).execute();
  return events.filter(({ data }) => (data as { status?: string }).status === status).length;
};
