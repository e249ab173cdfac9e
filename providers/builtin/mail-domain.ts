// Domains of the built-in mailbox host and the keys that sign their mail.
import type { Db, Tx } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import { isHostname } from '../../protocols/dns/names.ts';
import { normalizeDomain } from '../../protocols/mail/address.ts';
import { conflict, notFound, rejected, transient } from '../contracts/failure.ts';
import type { MailDomainSetup } from '../contracts/mailbox-host.ts';
import { change } from './database-failure.ts';
import type { DkimKeyStock } from './dkim-key-stock.ts';
import { type DkimAlgorithm, makePrivateKey, publicKeyDerOf, selectors } from './dkim-keys.ts';

type Dependencies = { db: Db; secrets: SecretBox; keyStock: DkimKeyStock };
type Domain = { name: string; workspaceId: string };

/** Rolls an attempt back that needs a key the stock does not have. */
class StockEmpty extends Error {}

/** Makes the domain known and gives it its keys; answers the public halves of those it has already. */
export const setUpDomain = async (
  { db, secrets, keyStock }: Dependencies,
  domain: Domain,
): Promise<MailDomainSetup['dkim']> => {
  const { name } = domain;
  // A host name of at least two labels: mail of an address literal or of a bare label goes nowhere.
  if (normalizeDomain(name) !== name || !isHostname(name) || !name.includes('.')) {
    throw rejected(`${name} is not a domain for mail.`, 'invalid_domain');
  }
  const attempt = (spareRsaKey: string | null) =>
    change(db, async (tx) => {
      await claimDomain(tx, domain);
      const keys = await heldKeys(tx, secrets, name);
      if (!keys.has('rsa-sha256')) {
        const key = spareRsaKey ?? (await keyStock.take(tx));
        if (!key) throw new StockEmpty();
        keys.set('rsa-sha256', await keepKey(tx, secrets, name, 'rsa-sha256', key));
      }
      if (!keys.has('ed25519-sha256')) {
        const key = await makePrivateKey('ed25519-sha256');
        keys.set('ed25519-sha256', await keepKey(tx, secrets, name, 'ed25519-sha256', key));
      }
      return [...keys].map(([algorithm, privateKey]) => ({
        selector: selectors[algorithm],
        algorithm,
        publicKeyDer: publicKeyDerOf(privateKey),
      }));
    });

  const dkim = await attempt(null).catch(async (error) => {
    if (!(error instanceof StockEmpty)) throw error;
    // Made outside of the transaction, which holds the domain's row.
    return attempt(await makePrivateKey('rsa-sha256'));
  });
  // A stock that cannot be filled now costs the next domain the time to make its own key, and nothing else.
  keyStock.topUp().catch(() => {});
  return dkim.toSorted((a, b) => (a.selector < b.selector ? -1 : 1));
};

/** Forgets the domain and its keys. Mailboxes are never lost this way: they are removed one by one before. */
export const removeDomain = (db: Db, name: string): Promise<void> =>
  change(db, async (tx) => {
    // Locked first: a mailbox being made refers to this row and is waited for, or waits and finds it gone.
    await tx
      .selectFrom('published.mail_domain')
      .select('name')
      .where('name', '=', name)
      .forUpdate()
      .execute();
    const mailbox = await tx
      .selectFrom('published.mailbox')
      .select('id')
      .where('domain', '=', name)
      .limit(1)
      .executeTakeFirst();
    if (mailbox) throw conflict(`${name} still has mailboxes.`, 'domain_in_use');
    await tx.deleteFrom('published.mail_domain').where('name', '=', name).execute();
  });

/** Keeps the domain in place until the end of the transaction, for a mailbox that is being made on it. */
export const requireDomain = async (tx: Tx, { name, workspaceId }: Domain): Promise<void> => {
  const domain = await tx
    .selectFrom('published.mail_domain')
    .select('workspace_id')
    .where('name', '=', name)
    .forKeyShare()
    .executeTakeFirst();
  if (!domain) throw notFound(`${name} is not set up for mail.`);
  if (domain.workspace_id !== workspaceId) throw ofAnotherWorkspace(name);
};

/** Makes the row, or waits for whoever is setting up the same domain, and holds it until the transaction ends. */
const claimDomain = async (tx: Tx, { name, workspaceId }: Domain): Promise<void> => {
  await tx
    .insertInto('published.mail_domain')
    .values({ name, workspace_id: workspaceId })
    .onConflict((on) => on.doNothing())
    .execute();
  const domain = await tx
    .selectFrom('published.mail_domain')
    .select('workspace_id')
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst();
  if (!domain) throw transient(`${name} was removed at the same moment.`);
  if (domain.workspace_id !== workspaceId) throw ofAnotherWorkspace(name);
};

const ofAnotherWorkspace = (name: string) =>
  conflict(`${name} is set up by another workspace.`, 'domain_of_another_workspace');

const contextOf = (domain: string, selector: string) => `published.dkim_key:${domain}:${selector}`;

const heldKeys = async (tx: Tx, secrets: SecretBox, domain: string): Promise<Map<DkimAlgorithm, string>> => {
  const rows = await tx
    .selectFrom('published.dkim_key')
    .select(['selector', 'algorithm', 'private_key_sealed'])
    .where('domain', '=', domain)
    .where('selector', 'in', Object.values(selectors))
    .execute();
  return new Map(
    rows.map((row) => [
      row.algorithm as DkimAlgorithm,
      secrets.open(row.private_key_sealed, contextOf(domain, row.selector)),
    ]),
  );
};

const keepKey = async (
  tx: Tx,
  secrets: SecretBox,
  domain: string,
  algorithm: DkimAlgorithm,
  privateKey: string,
): Promise<string> => {
  const selector = selectors[algorithm];
  const private_key_sealed = secrets.seal(privateKey, contextOf(domain, selector));
  await tx
    .insertInto('published.dkim_key')
    .values({ domain, selector, algorithm, private_key_sealed })
    .execute();
  return privateKey;
};
