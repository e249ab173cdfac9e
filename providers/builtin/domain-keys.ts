// The signing keys of the built-in mailbox host's domains: every statement on published.dkim_key. A key signs while
// `active` is true; one that never was has no `activated_at`.
import { sql } from 'kysely';
import type { Db, Tx } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import type { DkimKey, HeldDkimKey } from '../contracts/mailbox-host.ts';
import { publicKeyDerOf, selectorPrefix } from './dkim-keys.ts';

const contextOf = (domain: string, selector: string) => `published.dkim_key:${domain}:${selector}`;

const numberOf = (selector: string): number => Number(selector.slice(selectorPrefix.length));

/** All keys of a domain, oldest first. */
export const domainKeys = async (db: Db, secrets: SecretBox, domain: string): Promise<HeldDkimKey[]> => {
  const rows = await db
    .selectFrom('published.dkim_key')
    .select(['selector', 'algorithm', 'private_key_sealed', 'active', 'activated_at'])
    .where('domain', '=', domain)
    .execute();
  return rows
    .toSorted((a, b) => numberOf(a.selector) - numberOf(b.selector))
    .map((row) => ({
      selector: row.selector,
      algorithm: row.algorithm as DkimKey['algorithm'],
      publicKeyDer: publicKeyDerOf(secrets.open(row.private_key_sealed, contextOf(domain, row.selector))),
      state: row.active ? 'signing' : row.activated_at ? 'retiring' : 'waiting',
    }));
};

/** Keeps a new key under a selector the domain never had; the domain's row must be locked. */
export const keepKey = async (
  tx: Tx,
  secrets: SecretBox,
  domain: string,
  key: { algorithm: DkimKey['algorithm']; privateKey: string; signsSince: Date | null },
): Promise<void> => {
  const { number } = await tx
    .updateTable('published.mail_domain')
    .set((eb) => ({ last_selector_number: eb('last_selector_number', '+', 1) }))
    .where('name', '=', domain)
    .returning('last_selector_number as number')
    .executeTakeFirstOrThrow();
  const selector = `${selectorPrefix}${number}`;
  await tx
    .insertInto('published.dkim_key')
    .values({
      domain,
      selector,
      algorithm: key.algorithm,
      private_key_sealed: secrets.seal(key.privateKey, contextOf(domain, selector)),
      active: key.signsSince !== null,
      activated_at: key.signsSince,
    })
    .execute();
};

/** Makes exactly these keys sign, all at once. */
export const activateKeys = async (tx: Tx, domain: string, selectors: string[], now: Date): Promise<void> => {
  const chosen = sql<boolean>`selector = any(${selectors}::text[])`;
  await tx
    .updateTable('published.dkim_key')
    .set({
      active: chosen,
      // A key that signed already keeps its time.
      activated_at: sql<Date | null>`case when ${chosen} then coalesce(activated_at, ${now}) else activated_at end`,
    })
    .where('domain', '=', domain)
    .execute();
};

export const forgetKeys = async (tx: Tx, domain: string, selectors: string[]): Promise<void> => {
  if (selectors.length === 0) return;
  await tx
    .deleteFrom('published.dkim_key')
    .where('domain', '=', domain)
    .where('selector', 'in', selectors)
    .execute();
};
