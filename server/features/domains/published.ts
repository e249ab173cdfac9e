// Where the visitors and the mail of a domain go on to, as the planes read it from the schema `published`.
import type { Tx } from '../../../database/database.ts';
import { type Domain, isProven } from './domain.ts';

const webHosts = (name: string): string[] => [name, `www.${name}`];

/** Publishes what is set for the domain, and takes back what is not. Nothing is published before it is proven. */
export const publishForwards = async (tx: Tx, domain: Domain, now: Date): Promise<void> => {
  if (!isProven(domain)) return;
  await publishWebForward(tx, domain, now);
  await publishMailForward(tx, domain.name, 'catch_all', domain.catchAllEmail, now);
  await publishMailForward(tx, domain.name, 'forward', domain.emailForwarding, now);
};

export const unpublishForwards = async (tx: Tx, name: string): Promise<void> => {
  await tx.deleteFrom('published.web_forward').where('host', 'in', webHosts(name)).execute();
  await tx.deleteFrom('published.mail_forward').where('domain', '=', name).execute();
};

const publishWebForward = async (tx: Tx, domain: Domain, now: Date): Promise<void> => {
  const hosts = webHosts(domain.name);
  if (domain.forwardingUrl === null) {
    await tx.deleteFrom('published.web_forward').where('host', 'in', hosts).execute();
    return;
  }
  const forward = {
    target_url: domain.forwardingUrl,
    permanent: domain.forwardingPermanent,
    keep_path: domain.forwardingKeepPath,
    updated_at: now,
  };
  await tx
    .insertInto('published.web_forward')
    .values(hosts.map((host) => ({ host, ...forward })))
    .onConflict((conflict) => conflict.column('host').doUpdateSet(forward))
    .execute();
};

const publishMailForward = async (
  tx: Tx,
  domain: string,
  kind: 'catch_all' | 'forward',
  target: string | null,
  now: Date,
): Promise<void> => {
  if (target === null) {
    await tx
      .deleteFrom('published.mail_forward')
      .where('domain', '=', domain)
      .where('kind', '=', kind)
      .execute();
    return;
  }
  const forward = { target_address: target, updated_at: now };
  await tx
    .insertInto('published.mail_forward')
    .values({ domain, kind, ...forward })
    .onConflict((conflict) => conflict.columns(['domain', 'kind']).doUpdateSet(forward))
    .execute();
};
