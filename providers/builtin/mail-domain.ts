// Domains of the built-in mailbox host and the keys that sign their mail.
import type { Clock } from '../../database/clock.ts';
import type { Db, Tx } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import { isHostname } from '../../protocols/dns/names.ts';
import { normalizeDomain } from '../../protocols/mail/address.ts';
import { conflict, notFound, rejected, transient } from '../contracts/failure.ts';
import type { DkimKey, HeldDkimKey, KnownDomain } from '../contracts/mailbox-host.ts';
import { change } from './database-failure.ts';
import type { DkimKeyStock } from './dkim-key-stock.ts';
import { algorithms, type DkimAlgorithm, makePrivateKey } from './dkim-keys.ts';
import { activateKeys, domainKeys, forgetKeys, keepKey } from './domain-keys.ts';

type Dependencies = { db: Db; secrets: SecretBox; clock: Clock; keyStock: DkimKeyStock };
type Domain = { name: string; workspaceId: string };

/** Rolls an attempt back that needs a key the stock does not have. */
class StockEmpty extends Error {}

/** Makes the domain known and gives it its keys; answers the public halves of those it has. */
export const setUpDomain = async (dependencies: Dependencies, domain: Domain): Promise<DkimKey[]> => {
  const { secrets, clock } = dependencies;
  const { name } = domain;
  // A host name of at least two labels: mail of an address literal or of a bare label goes nowhere.
  if (normalizeDomain(name) !== name || !isHostname(name) || !name.includes('.')) {
    throw rejected(`${name} is not a domain for mail.`, 'invalid_domain');
  }
  const keys = await withSpareKey(dependencies, async (tx, spareKey) => {
    await claimDomain(tx, domain);
    const held = new Set((await domainKeys(tx, secrets, name)).map(({ algorithm }) => algorithm));
    for (const algorithm of algorithms.filter((wanted) => !held.has(wanted))) {
      const privateKey = await spareKey(algorithm);
      await keepKey(tx, secrets, name, { algorithm, privateKey, signsSince: clock.now() });
    }
    return domainKeys(tx, secrets, name);
  });
  return keys.map(({ selector, algorithm, publicKeyDer }) => ({ selector, algorithm, publicKeyDer }));
};

/** Makes a successor of each key that signs, unless successors wait already. */
export const addDkimKeys = (dependencies: Dependencies, name: string): Promise<HeldDkimKey[]> =>
  withSpareKey(dependencies, async (tx, spareKey) => {
    const { secrets } = dependencies;
    await lockDomain(tx, name);
    const held = await domainKeys(tx, secrets, name);
    if (!held.some(({ state }) => state === 'waiting')) {
      for (const { algorithm } of held.filter(({ state }) => state === 'signing')) {
        const privateKey = await spareKey(algorithm);
        await keepKey(tx, secrets, name, { algorithm, privateKey, signsSince: null });
      }
    }
    return (await domainKeys(tx, secrets, name)).filter(({ state }) => state === 'waiting');
  });

export const activateDkimKeys = (
  { db, secrets, clock }: Dependencies,
  name: string,
  selectors: string[],
): Promise<void> =>
  change(db, async (tx) => {
    await lockDomain(tx, name);
    const held = new Set((await domainKeys(tx, secrets, name)).map(({ selector }) => selector));
    const lacking = selectors.find((selector) => !held.has(selector));
    if (lacking !== undefined) throw notFound(`${name} has no signing key ${lacking}.`);
    if (selectors.length === 0) throw rejected(`${name} would send without a signature.`, 'no_dkim_key');
    await activateKeys(tx, name, selectors, clock.now());
  });

export const retireDkimKeys = (
  { db, secrets }: Dependencies,
  name: string,
  selectors: string[],
): Promise<void> =>
  change(db, async (tx) => {
    await tx
      .selectFrom('published.mail_domain')
      .select('name')
      .where('name', '=', name)
      .forUpdate()
      .execute();
    const held = await domainKeys(tx, secrets, name);
    const signs = held.find(({ selector, state }) => state === 'signing' && selectors.includes(selector));
    if (signs) throw conflict(`Mail of ${name} is signed with ${signs.selector}.`, 'dkim_key_signs');
    await forgetKeys(tx, name, selectors);
  });

/**
 * Runs `act` in a transaction, with a way to get new private keys. RSA keys come out of the stock; when that is
 * empty, `act` is run again with one that was made outside of the transaction, which holds the domain's row.
 */
const withSpareKey = async <T>(
  { db, keyStock }: Dependencies,
  act: (tx: Tx, spareKey: (algorithm: DkimAlgorithm) => Promise<string>) => Promise<T>,
): Promise<T> => {
  const made: string[] = [];
  for (;;) {
    const spare = [...made];
    const attempt = change(db, (tx) =>
      act(tx, async (algorithm) => {
        if (algorithm !== 'rsa-sha256') return makePrivateKey(algorithm);
        const key = spare.pop() ?? (await keyStock.take(tx));
        if (!key) throw new StockEmpty();
        return key;
      }),
    );
    try {
      const result = await attempt;
      // A stock that cannot be filled now costs the next domain the time to make its own key, and nothing else.
      keyStock.topUp().catch(() => {});
      return result;
    } catch (error) {
      if (!(error instanceof StockEmpty)) throw error;
      made.push(await makePrivateKey('rsa-sha256'));
    }
  }
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

export const knownDomains = async (db: Db, names: string[]): Promise<KnownDomain[]> => {
  if (names.length === 0) return [];
  const rows = await db
    .selectFrom('published.mail_domain')
    .select(['name', 'workspace_id'])
    .where('name', 'in', names)
    .orderBy('name')
    .execute();
  return rows.map(({ name, workspace_id }) => ({ name, outside: false, workspaceId: workspace_id }));
};

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

/** Holds the domain's row, and with it its keys, until the transaction ends. */
export const lockDomain = async (tx: Tx, name: string): Promise<void> => {
  const domain = await tx
    .selectFrom('published.mail_domain')
    .select('name')
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst();
  if (!domain) throw notFound(`${name} is not set up for mail.`);
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
