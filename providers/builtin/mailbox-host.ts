// The built-in mailbox host: writes domains, keys and mailboxes into the schema `published`, from which the mail
// plane signs people in, signs their mail and receives for them.
import { verify } from '@node-rs/argon2';
import { type Selectable, sql, type UpdateObject } from 'kysely';
import type { Clock } from '../../database/clock.ts';
import type { Db, Schema, Tx } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import { normalizeAddress, normalizePath, splitAddress } from '../../protocols/mail/address.ts';
import { conflict, notFound, rejected } from '../contracts/failure.ts';
import type {
  CreateMailbox,
  HostedMailbox,
  MailboxHost,
  MailboxPage,
  MailDomainSetup,
} from '../contracts/mailbox-host.ts';
import { change, read } from './database-failure.ts';
import type { DkimKeyStock } from './dkim-key-stock.ts';
import { domainKeys } from './domain-keys.ts';
import {
  activateDkimKeys,
  addDkimKeys,
  knownDomains,
  removeDomain,
  requireDomain,
  retireDkimKeys,
  setUpDomain,
} from './mail-domain.ts';
import { holderOf, setAddresses } from './mailbox-addresses.ts';
import { hashAppPassword, hashPassword } from './password-hash.ts';

/** What is the same for every domain; the same terms as the answer to `setUpDomain`. */
export type MailboxHostSettings = Pick<MailDomainSetup, 'mailHost' | 'spf' | 'clientPorts' | 'access'>;

type Dependencies = {
  db: Db;
  secrets: SecretBox;
  clock: Clock;
  keyStock: DkimKeyStock;
  settings: MailboxHostSettings;
};

export const createMailboxHost = (dependencies: Dependencies): MailboxHost => {
  const { db, clock, settings } = dependencies;

  const update = async (id: string, values: UpdateObject<Schema, 'published.mailbox'>): Promise<void> => {
    const updated = await change(db, (tx) =>
      tx
        .updateTable('published.mailbox')
        .set({ ...values, updated_at: clock.now() })
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst(),
    );
    if (!updated) throw notFound('This mailbox does not exist.');
  };

  return {
    closes: async () => ['inactive', 'suspended', 'archived'],

    setUpDomain: async (domain) => {
      const { mailHost, spf, clientPorts, access } = settings;
      return { mailHost, spf, dkim: await setUpDomain(dependencies, domain), clientPorts, access };
    },

    removeDomain: (name) => removeDomain(db, name),

    knownDomains: (names) => read(() => knownDomains(db, names)),

    dkimKeys: (domain) => read(() => domainKeys(db, dependencies.secrets, domain)),
    addDkimKeys: (domain) => addDkimKeys(dependencies, domain),
    activateDkimKeys: (domain, selectors) => activateDkimKeys(dependencies, domain, selectors),
    retireDkimKeys: (domain, selectors) => retireDkimKeys(dependencies, domain, selectors),

    createMailbox: async (request) => {
      const address = normalizeAddress(request.address);
      if (!address) throw rejected(`${request.address} is not a mail address.`, 'invalid_address');
      const known = await read(() => findMailbox(db, { id: request.id }));
      // Before the hashes, which cost more than everything else here.
      if (known) return sameMailbox(known, address);
      const [passwordHash, appPasswordHash] = await Promise.all([
        hashPassword(request.password),
        hashAppPassword(request.appPassword),
      ]);
      return change(db, async (tx) => {
        const domain = splitAddress(address)!.domain;
        await requireDomain(tx, { name: domain, workspaceId: request.workspaceId });
        return insertMailbox(tx, request, { address, domain, passwordHash, appPasswordHash });
      });
    },

    findMailbox: (query) =>
      read(async () => {
        if ('id' in query) return findMailbox(db, query);
        const address = normalizeAddress(query.address);
        return address ? findMailbox(db, { address }) : null;
      }),

    listMailboxes: (page) => read(() => listMailboxes(db, page)),

    opensWith: async (id, { password, appPassword }) => {
      const row = await read(() =>
        db
          .selectFrom('published.mailbox')
          .select(['password_hash', 'app_password_hash'])
          .where('id', '=', id)
          .executeTakeFirst(),
      );
      if (!row) throw notFound('This mailbox does not exist.');
      const { password_hash, app_password_hash } = row;
      return (
        app_password_hash !== null &&
        (await verify(app_password_hash, appPassword)) &&
        (await verify(password_hash, password))
      );
    },

    setPassword: async (id, password, appPassword) => {
      const password_hash = await hashPassword(password);
      const app_password_hash = appPassword === null ? null : await hashAppPassword(appPassword);
      // Grows with each call: a repeated one ends sessions that the first let in, which sign in again.
      await update(id, { password_hash, app_password_hash, login_version: sql`login_version + 1` });
    },

    setDisplayName: (id, displayName) => update(id, { display_name: displayName }),

    setAddresses: (id, addresses) => setAddresses(db, clock, id, addresses),

    setForwarding: async (id, forwarding) => {
      if (forwarding === null) return update(id, { forward_to: null, forward_keeps_copy: true });
      const target = normalizePath(forwarding.address)?.address;
      if (!target) throw rejected(`${forwarding.address} is not a mail address.`, 'invalid_address');
      await update(id, { forward_to: target, forward_keeps_copy: forwarding.keepCopy });
    },

    setStatus: (id, status) => update(id, { status }),

    // The stored mail belongs to the mail plane: it hears of the deleted row and sweeps what has no mailbox.
    removeMailbox: async (id) => {
      await change(db, (tx) => tx.deleteFrom('published.mailbox').where('id', '=', id).execute());
    },

    access: async () => settings.access,
  };
};

const columns = ['id', 'address', 'display_name', 'status', 'forward_to', 'forward_keeps_copy'] as const;
type Row = Pick<Selectable<Schema['published.mailbox']>, (typeof columns)[number]>;

const toMailbox = (row: Row, aliases: string[]): HostedMailbox => ({
  id: row.id,
  address: row.address,
  displayName: row.display_name,
  status: row.status as HostedMailbox['status'],
  aliases,
  forwarding: row.forward_to === null ? null : { address: row.forward_to, keepCopy: row.forward_keeps_copy },
});

/** By address: the mailbox that has it, as its own or as an alias. */
const findMailbox = async (
  db: Db,
  query: { id: string } | { address: string },
): Promise<HostedMailbox | null> => {
  const id = 'id' in query ? query.id : await holderOf(db, query.address);
  if (id === undefined) return null;
  const row = await db
    .selectFrom('published.mailbox')
    .select(columns)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) return null;
  const aliases = await db
    .selectFrom('published.mailbox_alias')
    .select('address')
    .where('mailbox_id', '=', id)
    .orderBy('address')
    .execute();
  return toMailbox(
    row,
    aliases.map(({ address }) => address),
  );
};

/** In the order of their ids, which is the order they were made in. */
const listMailboxes = async (
  db: Db,
  { cursor, limit }: { cursor: string | null; limit: number },
): Promise<MailboxPage> => {
  const rows = await db
    .selectFrom('published.mailbox')
    .select(columns)
    .$if(cursor !== null, (query) => query.where('id', '>', cursor))
    .orderBy('id')
    .limit(limit)
    .execute();
  const ids = rows.map(({ id }) => id);
  const aliases = await db
    .selectFrom('published.mailbox_alias')
    .select(['mailbox_id', 'address'])
    .where('mailbox_id', '=', sql<string>`any(${ids}::uuid[])`)
    .orderBy('address')
    .execute();
  const byMailbox = Map.groupBy(aliases, (alias) => alias.mailbox_id);
  return {
    mailboxes: rows.map((row) =>
      toMailbox(
        row,
        (byMailbox.get(row.id) ?? []).map(({ address }) => address),
      ),
    ),
    next: rows.length < limit ? null : (ids.at(-1) ?? null),
  };
};

/** The mailbox a repeated request made; an id is never moved to another address. */
const sameMailbox = (mailbox: HostedMailbox, address: string): HostedMailbox => {
  if (mailbox.address !== address) {
    throw conflict(`This mailbox has the address ${mailbox.address}.`, 'id_taken');
  }
  return mailbox;
};

const insertMailbox = async (
  tx: Tx,
  request: CreateMailbox,
  made: { address: string; domain: string; passwordHash: string; appPasswordHash: string },
): Promise<HostedMailbox> => {
  const holder = await holderOf(tx, made.address);
  if (holder !== undefined && holder !== request.id) throw taken(made.address);
  const row = await tx
    .insertInto('published.mailbox')
    .values({
      id: request.id,
      workspace_id: request.workspaceId,
      address: made.address,
      domain: made.domain,
      display_name: request.displayName,
      password_hash: made.passwordHash,
      app_password_hash: made.appPasswordHash,
    })
    .onConflict((on) => on.doNothing())
    .returning(columns)
    .executeTakeFirst();
  if (row) return toMailbox(row, []);
  const twin = await findMailbox(tx, { id: request.id });
  if (twin) return sameMailbox(twin, made.address);
  throw taken(made.address);
};

const taken = (address: string) => conflict(`${address} belongs to another mailbox.`, 'address_taken');
