// The built-in registry: a register of names, kept in the schema `registry`. It behaves as registries
// do, refusals and lost answers included, and costs nothing to try.
import { sql } from 'kysely';
import type { Clock } from '../../database/clock.ts';
import type { Db, Tx } from '../../database/database.ts';
import { newId } from '../../database/uuid.ts';
import { isHostname } from '../../protocols/dns/names.ts';
import { conflict, notFound, rejected } from '../contracts/failure.ts';
import type { Contact, NameQuote, RegisterName, Registrar, Registration } from '../contracts/registrar.ts';
import { change, read } from './database-failure.ts';
import { type RegistrableName, readName } from './registrable-name.ts';
import { behaviourFor, nameTaken, type RegistryBehaviour, registryFailure } from './registry-behaviour.ts';
import { findRenewal, renew } from './renewals.ts';

export type TldPrice = { tld: string; registrationPriceMicros: number; renewalPriceMicros: number };

export type RegistrySettings = {
  /** The top-level domains sold, sorted, and what a year of a name costs. Read again at each call. */
  tlds(db: Db): Promise<TldPrice[]>;
  /** Read again at each call, so that it can be changed while running. */
  behaviour?: RegistryBehaviour;
};

/** Labels of fewer characters are taken under every top-level domain, as they have been for decades. */
const shortestFreeLabel = 4;

type Dependencies = { db: Db; clock: Clock; settings: RegistrySettings };

export const createRegistrar = ({ db, clock, settings }: Dependencies): Registrar => {
  const pause = async (delayMs = settings.behaviour?.delayMs) => {
    if (delayMs) await clock.sleep(delayMs);
  };

  return {
    tlds: async () => {
      await pause();
      return read(() => settings.tlds(db));
    },

    quote: async (names) => {
      await pause();
      return read(() => quote(db, settings, names, clock.now()));
    },

    register: async (request) => {
      const behaviour = behaviourFor(request.name.toLowerCase(), settings.behaviour);
      await pause(behaviour.delayMs);
      if (behaviour.fails) throw registryFailure(behaviour.fails, request.name);
      checkRequest(request);
      if (behaviour.failsFirst && (await countAttempt(db, request.idempotencyKey)) === 1) {
        throw registryFailure(behaviour.failsFirst, request.name);
      }
      const { registration, acted } = await change(db, (tx) =>
        register(tx, settings, request, behaviour, clock.now()),
      );
      if (acted && behaviour.losesFirstAnswer) throw registryFailure('outcomeUnknown', request.name);
      return registration;
    },

    findRegistration: async (query) => {
      await pause();
      return read(() => findRegistration(db, query, clock.now()));
    },

    setNameservers: async (name, nameservers) => {
      await pause();
      checkNameservers(nameservers);
      await change(db, (tx) => setNameservers(tx, name, nameservers, clock.now()));
    },

    renew: async (request) => {
      const behaviour = behaviourFor(request.name.toLowerCase(), settings.behaviour);
      await pause(behaviour.delayMs);
      if (behaviour.failsRenewal) throw registryFailure(behaviour.failsRenewal, request.name);
      if (behaviour.failsFirst && (await countAttempt(db, request.idempotencyKey)) === 1) {
        throw registryFailure(behaviour.failsFirst, request.name);
      }
      const { renewal, acted } = await change(db, (tx) => renew(tx, request, clock.now()));
      if (acted && behaviour.losesFirstAnswer) throw registryFailure('outcomeUnknown', request.name);
      return renewal;
    },

    findRenewal: async (request) => {
      await pause();
      return read(() => findRenewal(db, request));
    },
  };
};

const quote = async (
  db: Db,
  settings: RegistrySettings,
  names: string[],
  now: Date,
): Promise<NameQuote[]> => {
  const prices = new Map((await settings.tlds(db)).map((row) => [row.tld, row]));
  const tlds = new Set(prices.keys());
  const asked = names.map((name) => readName(name, tlds));
  const unavailable = await unavailableNames(db, asked, now);
  return asked.map((registrable) => {
    const price = registrable.ok ? prices.get(registrable.tld) : undefined;
    const found = unavailable.get(registrable.name);
    // What is sold to nobody is banned from being connected, too: the label says so whatever follows it.
    const reason = registrable.ok || found === 'banned' ? found : registrable.reason;
    return {
      name: registrable.name,
      available: reason === undefined,
      ...(reason && { unavailableReason: reason }),
      premium: false,
      registrationPriceMicros: price?.registrationPriceMicros ?? 0,
      renewalPriceMicros: price?.renewalPriceMicros ?? 0,
    };
  });
};

/** Which of these names cannot be had, and why. A name that is banned says so even when it is taken or not sold. */
const unavailableNames = async (
  db: Db,
  names: RegistrableName[],
  now: Date,
): Promise<Map<string, 'banned' | 'taken'>> => {
  const asked = names.flatMap((name) => ('label' in name ? [name] : []));
  // A registration that is going to fail holds its name until it has failed.
  const { rows } = await sql<{ name: string; reason: 'banned' | 'taken' | null }>`
    select asked.name, case
      when exists (select from registry.banned_name where asked.label ~ pattern) then 'banned'
      when length(asked.label) < ${shortestFreeLabel} then 'taken'
      when exists (select from registry.reserved_name where label = asked.label) then 'taken'
      when exists (select from registry.name held where held.name = asked.name
        and (held.failure_reason is null or held.registered_at > ${now})) then 'taken'
    end as reason
    from unnest(${asked.map(({ name }) => name)}::text[], ${asked.map(({ label }) => label)}::text[])
      as asked (name, label)`.execute(db);
  return new Map(rows.flatMap(({ name, reason }) => (reason ? [[name, reason]] : [])));
};

const register = async (
  tx: Tx,
  settings: RegistrySettings,
  request: RegisterName,
  behaviour: RegistryBehaviour,
  now: Date,
): Promise<{ registration: Registration; acted: boolean }> => {
  const earlier = await findByKey(tx, request, now);
  if (earlier) return { registration: earlier, acted: false };

  const tlds = new Set((await settings.tlds(tx)).map((row) => row.tld));
  const registrable = readName(request.name, tlds);
  if (!registrable.ok) throw rejected(`${request.name} cannot be registered here.`, registrable.reason);
  const unavailable = (await unavailableNames(tx, [registrable], now)).get(registrable.name);
  if (unavailable === 'banned') throw rejected(`${registrable.name} is not allowed.`, 'name_banned');
  const isFree = unavailable === undefined && !behaviour.takenLate;
  if (isFree) {
    const row = await insertName(tx, { ...request, name: registrable.name }, behaviour, now);
    if (row) return { registration: toRegistration(row, now), acted: true };
  }
  // Taken, perhaps by the same request sent twice, whose twin was committed since the first look.
  const twin = await findByKey(tx, request, now);
  if (!twin) throw nameTaken(registrable.name);
  return { registration: twin, acted: false };
};

/** Waits for whoever is registering the name or sending the same key; nothing when they got it. */
const insertName = (
  tx: Tx,
  request: RegisterName,
  behaviour: RegistryBehaviour,
  now: Date,
): Promise<NameRow | undefined> => {
  const registeredAt = new Date(now.getTime() + (behaviour.activationDelayMs ?? 0));
  const expiresAt = new Date(registeredAt);
  expiresAt.setUTCFullYear(expiresAt.getUTCFullYear() + request.years);
  return tx
    .insertInto('registry.name')
    .values({
      id: newId(),
      name: request.name,
      years: request.years,
      contact: request.contact && JSON.stringify(request.contact),
      nameservers: request.nameservers,
      idempotency_key: request.idempotencyKey,
      failure_reason: behaviour.failsLater ? 'The registry could not complete the registration.' : null,
      requested_at: now,
      registered_at: registeredAt,
      expires_at: expiresAt,
    })
    .onConflict((on) => on.doNothing())
    .returningAll()
    .executeTakeFirst();
};

const findByKey = async (tx: Tx, request: RegisterName, now: Date): Promise<Registration | null> => {
  const row = await tx
    .selectFrom('registry.name')
    .selectAll()
    .where('idempotency_key', '=', request.idempotencyKey)
    .executeTakeFirst();
  if (!row) return null;
  if (row.name !== request.name.toLowerCase()) {
    throw conflict('This idempotency key registered another name.', 'idempotency_key_reused');
  }
  return toRegistration(row, now);
};

/** Counts an attempt for good, whatever becomes of it, and says the how-many-th it is. */
const countAttempt = (db: Db, idempotencyKey: string): Promise<number> =>
  change(db, async (tx) => {
    const { attempts } = await tx
      .insertInto('registry.attempt')
      .values({ idempotency_key: idempotencyKey, attempts: 1 })
      .onConflict((on) =>
        on.column('idempotency_key').doUpdateSet({ attempts: sql`registry.attempt.attempts + 1` }),
      )
      .returning('attempts')
      .executeTakeFirstOrThrow();
    return attempts;
  });

const findRegistration = async (
  db: Db,
  { name, idempotencyKey }: { name: string; idempotencyKey?: string },
  now: Date,
): Promise<Registration | null> => {
  let query = db.selectFrom('registry.name').selectAll().where('name', '=', name.toLowerCase());
  if (idempotencyKey !== undefined) query = query.where('idempotency_key', '=', idempotencyKey);
  // The holder before those whose registration failed, then the latest of these.
  const row = await query
    .orderBy(sql`failure_reason is null`, 'desc')
    .orderBy('requested_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? toRegistration(row, now) : null;
};

const setNameservers = async (tx: Tx, name: string, nameservers: string[], now: Date): Promise<void> => {
  const row = await tx
    .selectFrom('registry.name')
    .select(['id', 'registered_at'])
    .where('name', '=', name.toLowerCase())
    .where('failure_reason', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw notFound(`${name} is not registered here.`);
  if (row.registered_at > now) {
    throw conflict(`${name} is still being registered.`, 'registration_pending');
  }
  await tx.updateTable('registry.name').set({ nameservers }).where('id', '=', row.id).execute();
};

type NameRow = {
  id: string;
  name: string;
  nameservers: string[];
  failure_reason: string | null;
  registered_at: Date;
  expires_at: Date;
};

const toRegistration = (row: NameRow, now: Date): Registration => {
  const pending = row.registered_at > now;
  const failed = !pending && row.failure_reason !== null;
  const active = !pending && !failed;
  return {
    name: row.name,
    registrationId: row.id,
    status: pending ? 'pending' : failed ? 'failed' : 'active',
    ...(failed && { failureReason: row.failure_reason! }),
    nameservers: row.nameservers,
    registeredAt: active ? row.registered_at.toISOString() : null,
    expiresAt: active ? row.expires_at.toISOString() : null,
  };
};

const requiredOfContact = [
  'first_name',
  'last_name',
  'email',
  'address_line1',
  'city',
  'state',
  'country',
  'postal_code',
] as const;

const checkRequest = ({ years, contact, nameservers }: RegisterName): void => {
  if (!Number.isInteger(years) || years < 1 || years > 10) {
    throw rejected('A name is registered for 1 to 10 whole years.', 'invalid_years');
  }
  if (contact) checkContact(contact);
  checkNameservers(nameservers);
};

const checkContact = (contact: Contact): void => {
  const missing = requiredOfContact.filter((field) => !contact[field]?.trim());
  if (missing.length > 0) throw rejected(`The registrant lacks ${missing.join(', ')}.`, 'invalid_contact');
  if (!/^[^\s@]+@[^\s@]+$/.test(contact.email)) {
    throw rejected("The registrant's e-mail address is not valid.", 'invalid_contact');
  }
  if (!/^[A-Za-z]{2}$/.test(contact.country)) {
    throw rejected("The registrant's country is not a two-letter code (ISO 3166-1).", 'invalid_contact');
  }
};

/** EPP hosts are LDH names (RFC 5732 §1.1); thirteen is what registries of .com take. */
const checkNameservers = (nameservers: string[]): void => {
  const valid = nameservers.every((name) => name.includes('.') && name.length <= 253 && isHostname(name));
  if (nameservers.length < 1 || nameservers.length > 13 || !valid) {
    throw rejected('A name needs 1 to 13 nameservers, each a lower-case host name.', 'invalid_nameservers');
  }
};
