// A workspace with many domains and mailboxes on the books, for benchmarks that only read: written by the program's
// own functions and never carried out, because making that many would take minutes.
import { type Db, inTransaction, openDatabase } from '../database/database.ts';
import { createSecretBox, loadOrCreateKeyRing } from '../database/secret-box.ts';
import { captureCharges, reserveCharges } from '../server/features/billing/index.ts';
import { insertDomains } from '../server/features/domains/index.ts';
import { insertMailboxes, mailboxLine } from '../server/features/mailboxes/index.ts';
import { currentPrices } from '../server/features/price-book/index.ts';
import { mailboxPrices } from '../server/features/subscriptions/index.ts';

type Scope = { teamUid: string; workspaceUid: string };

/** Writes so many domains with so many mailboxes each, all charged, one transaction a domain. */
export const fillWorkspace = async (
  installation: { databaseUrl: string; dataDir: string },
  scope: Scope,
  domains: number,
  mailboxesEach: number,
): Promise<void> => {
  const secrets = createSecretBox(await loadOrCreateKeyRing({ file: `${installation.dataDir}/secret.key` }));
  const db = openDatabase(installation.databaseUrl, { poolSize: 2 });
  try {
    for (let index = 0; index < domains; index += 1) {
      await addDomain(
        db,
        { secrets, maxPerDomain: mailboxesEach },
        scope,
        `bench${index}.com`,
        mailboxesEach,
      );
    }
  } finally {
    await db.destroy();
  }
};

const addDomain = (
  db: Db,
  rules: Parameters<typeof insertMailboxes>[1],
  scope: Scope,
  name: string,
  count: number,
): Promise<void> =>
  inTransaction(db, async (tx) => {
    const now = new Date();
    const book = await currentPrices(tx);
    const places = await insertDomains(
      tx,
      scope,
      [
        {
          name,
          years: 1,
          contact: null,
          dmarcEmail: null,
          catchAllEmail: null,
          forwardingUrl: null,
          priceMicros: 0,
        },
      ],
      now,
    );
    const wishes = Array.from({ length: count }, (_, index) => ({
      username: `mara${index}`,
      domainName: name,
      firstName: `Mara${index}`,
      lastName: 'Voss',
      platform: 'GOOGLE' as const,
      profilePicture: null,
      months: 1,
    }));
    const mailboxes = await insertMailboxes(tx, rules, scope, places, wishes, now);
    const prices = await mailboxPrices(
      tx,
      scope.teamUid,
      wishes.map(({ platform }) => platform),
      { useWalletBalance: true, book },
    );
    await reserveCharges(tx, {
      ...scope,
      reference: { type: 'domain', uid: places[0]!.uid },
      description: `${count} mailboxes`,
      lines: mailboxes.map((mailbox, index) => mailboxLine(mailbox, prices[index]!)),
      keyUid: null,
      priceVersion: book.version,
      now,
    });
    for (const { uid } of mailboxes) await captureCharges(tx, { type: 'mailbox', uid }, now);
  });
