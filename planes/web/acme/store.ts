// Every SQL statement on the certificates of forwarded hosts and the attempts to have them (schema `web`).
import { sql } from 'kysely';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { type SecretBox, SecretUnreadable } from '../../../database/secret-box.ts';
import { newId } from '../../../database/uuid.ts';
import type { IssuedCertificate, PlacedOrder } from './authority.ts';
import type { LIMITS } from './schedule.ts';

/** Notified with the name of a certificate that was replaced or forgotten. */
export const CERTIFICATE_CHANNEL = 'web_certificate';
/** Notified with a host that is forwarded now, or no longer. */
export const FORWARD_CHANNEL = 'published_web_forward';

const WWW = 'www.';

/** A host of a domain with two labels or more, so that a domain of this name keeps its own. */
const AUTODISCOVER = /^autodiscover\.(?=[^.]+\.)/;

/**
 * One certificate serves a host and its `www`, under the shorter name; and one the two hosts at which mail programs look
 * for the settings of a domain.
 */
export const certificateNameOf = (host: string): string =>
  host.startsWith(WWW) ? host.slice(WWW.length) : host.replace(AUTODISCOVER, 'autoconfig.');

/** The hosts whose certificate has this name. */
const hostsOfName = (name: string): string[] => [
  name,
  WWW + name,
  ...(name.startsWith('autoconfig.') ? [name.replace('autoconfig.', 'autodiscover.')] : []),
];

const orderContext = (name: string) => `web.certificate:${name}:order`;
const keyContext = (name: string) => `web.certificate:${name}`;

/**
 * Makes the wanted certificates those of the forwarded hosts: all of them, or those of `hosts`. Running it twice
 * changes nothing.
 */
export async function followForwards(
  db: Db,
  { directoryUrl, hosts }: { directoryUrl: string; hosts: string[] | null },
  now: Date,
): Promise<void> {
  const names = hosts?.map(certificateNameOf) ?? null;
  const inScope = names ? sql`= any(${names}::text[])` : sql`is not null`;
  const forwarded = names ? sql`= any(${names.flatMap(hostsOfName)}::text[])` : sql`is not null`;
  // No authority speaks for names under `test`, which are nobody's (RFC 6761 §6.2).
  const wanted = sql`wanted as (
    select name, array_agg(host order by host) as hosts
    from (select host, regexp_replace(regexp_replace(host, '^www\\.', ''),
                                      '^autodiscover\\.(?=[^.]+\\.)', 'autoconfig.') as name
          from published.web_host where host ${forwarded} and host !~ '\\.test$') f
    where name ${inScope} group by name)`;
  await sql`
    with ${wanted}
    insert into web.certificate (name, hosts, due_at)
    select name, hosts, ${now} from wanted
    where not exists (select from web.certificate c where c.name = wanted.name)
    order by name
    on conflict (name) do nothing`.execute(db);
  // A host that came beside another one is not covered yet. One that was tried in vain waits for its time: whoever
  // takes a forwarding away and sets it again must not use up the authority's patience.
  await sql`
    with ${wanted}
    update web.certificate c
    set hosts = wanted.hosts,
        due_at = case when c.state = 'issued' and not (wanted.hosts <@ c.covers) then ${now} else c.due_at end
    from wanted where c.name = wanted.name and c.hosts <> wanted.hosts`.execute(db);
  await sql`
    with ${wanted}
    update web.certificate c set hosts = '{}'
    where c.name ${inScope} and c.hosts <> '{}'
      and not exists (select from wanted where wanted.name = c.name)`.execute(db);
  // Another authority was chosen since. The hour keeps processes that disagree, as during an update, from taking turns.
  await sql`
    update web.certificate c set due_at = ${now}
    where c.name ${inScope} and c.state = 'issued' and c.due_at > ${now}
      and c.directory_url <> ${directoryUrl} and c.issued_at < ${now}::timestamptz - interval '1 hour'`.execute(
    db,
  );
}

/** The account's private key, the same in every process: the first one makes it. */
export async function accountKey(
  db: Db,
  secretBox: SecretBox,
  directoryUrl: string,
  makeKeyPem: () => Promise<string>,
  now: Date,
): Promise<string> {
  const context = `web.acme_account:${directoryUrl}`;
  const find = () =>
    db
      .selectFrom('web.acme_account')
      .select('key_sealed')
      .where('directory_url', '=', directoryUrl)
      .executeTakeFirst();
  let account = await find();
  if (!account) {
    const key_sealed = secretBox.seal(await makeKeyPem(), context);
    await db
      .insertInto('web.acme_account')
      .values({ directory_url: directoryUrl, key_sealed, created_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    account = await find();
  }
  return secretBox.open(account!.key_sealed, context);
}

/** One certificate, claimed by this process until it is settled or its lease ends. */
export type Claim = {
  name: string;
  hosts: string[];
  /** Proves whose claim it is. */
  attemptId: string;
  failures: number;
  placed: PlacedOrder | null;
};

export type ClaimOptions = {
  directoryUrl: string;
  most: number;
  leaseMs: number;
  limits: typeof LIMITS;
};

/**
 * Claims what is due, longest waiting first, within the limits. Processes never get the same certificate: they take
 * turns at the account's row, skip what another one holds, and a claimed row is due again only when its lease ends.
 */
export async function claimDue(
  db: Db,
  secretBox: SecretBox,
  { directoryUrl, most, leaseMs, limits }: ClaimOptions,
  now: Date,
): Promise<Claim[]> {
  const since = (ms: number) => new Date(now.getTime() - ms);
  const rows = await inTransaction(db, async (tx) => {
    const account = await tx
      .selectFrom('web.acme_account')
      .select('paused_until')
      .where('directory_url', '=', directoryUrl)
      .forUpdate()
      .executeTakeFirst();
    if (!account || (account.paused_until && account.paused_until > now)) return [];
    const { orders } = await tx
      .selectFrom('web.certificate_attempt')
      .select((eb) => eb.fn.countAll<number>().as('orders'))
      .where('directory_url', '=', directoryUrl)
      .where('started_at', '>', since(limits.orders.windowMs))
      .executeTakeFirstOrThrow();
    const room = Math.min(most, limits.orders.most - orders);
    if (room <= 0) return [];
    const due = await tx
      .selectFrom('web.certificate as c')
      .select([
        'c.name',
        'c.hosts',
        'c.failures',
        'c.order_url',
        'c.order_directory_url',
        'c.order_key_sealed',
      ])
      .where('c.due_at', '<=', now)
      .where('c.hosts', '<>', sql<string[]>`'{}'`)
      .where(
        (eb) =>
          eb
            .selectFrom('web.certificate_attempt as a')
            .select((count) => count.fn.countAll<number>().as('issued'))
            .whereRef('a.name', '=', 'c.name')
            .where('a.result', '=', 'issued')
            .where('a.started_at', '>', since(limits.sameName.windowMs)),
        '<',
        limits.sameName.most,
      )
      .orderBy('c.due_at')
      .limit(room)
      .forUpdate('c')
      .skipLocked()
      .execute();
    const claimed = due.map((row) => ({ ...row, attemptId: newId() }));
    for (const { name, attemptId } of claimed) {
      await tx
        .updateTable('web.certificate')
        .set({ state: 'ordering', attempt_id: attemptId, due_at: new Date(now.getTime() + leaseMs) })
        .where('name', '=', name)
        .execute();
      await tx
        .insertInto('web.certificate_attempt')
        .values({ id: attemptId, name, directory_url: directoryUrl, started_at: now })
        .execute();
    }
    return claimed;
  });
  return rows.map(({ name, hosts, failures, attemptId, ...order }) => {
    const placed = order.order_directory_url === directoryUrl ? openOrder(secretBox, name, order) : null;
    return { name, hosts, failures, attemptId, placed };
  });
}

/** Null when its key cannot be opened any more: then another order is placed. */
const openOrder = (
  secretBox: SecretBox,
  name: string,
  order: { order_url: string | null; order_key_sealed: string | null },
): PlacedOrder | null => {
  try {
    return { url: order.order_url!, keyPem: secretBox.open(order.order_key_sealed!, orderContext(name)) };
  } catch (error) {
    if (error instanceof SecretUnreadable) return null;
    throw error;
  }
};

/** Keeps an order, so that whoever comes next can go on with it. */
export async function orderPlaced(
  db: Db,
  secretBox: SecretBox,
  { name, attemptId }: Claim,
  directoryUrl: string,
  { url, keyPem }: PlacedOrder,
): Promise<void> {
  await db
    .updateTable('web.certificate')
    .set({
      order_url: url,
      order_directory_url: directoryUrl,
      order_key_sealed: secretBox.seal(keyPem, orderContext(name)),
    })
    .where('name', '=', name)
    .where('attempt_id', '=', attemptId)
    .execute();
}

const noOrder = { order_url: null, order_directory_url: null, order_key_sealed: null };

/** Puts an issued certificate into use. Nothing happens when the claim was lost. */
export async function settleIssued(
  db: Db,
  secretBox: SecretBox,
  { name, attemptId }: Claim,
  directoryUrl: string,
  issued: IssuedCertificate,
  { now, renewAt }: { now: Date; renewAt: Date },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await endAttempt(tx, attemptId, { result: 'issued', reason: null }, now);
    await tx
      .updateTable('web.certificate')
      .set({
        state: 'issued',
        attempt_id: null,
        failures: 0,
        reason: null,
        ...noOrder,
        directory_url: directoryUrl,
        covers: issued.covers,
        chain_pem: issued.chainPem,
        key_sealed: secretBox.seal(issued.keyPem, keyContext(name)),
        not_before: issued.notBefore,
        not_after: issued.notAfter,
        issued_at: now,
        // A host that came while this was under way has to be ordered for.
        due_at: sql`case when hosts <@ ${issued.covers}::text[] then ${renewAt}::timestamptz else ${now} end`,
      })
      .where('name', '=', name)
      .where('attempt_id', '=', attemptId)
      .execute();
    await tx
      .updateTable('web.acme_account')
      .set({ failures: 0, paused_until: null, pause_reason: null })
      .where('directory_url', '=', directoryUrl)
      .execute();
  });
}

export type Failure = {
  result: 'refused' | 'unavailable' | 'abandoned';
  reason: string;
  /** In a row, with this one where it counts. */
  failures: number;
  dueAt: Date;
  keepOrder: boolean;
  /** Set when everybody has to wait. */
  pause: { until: Date; failures: number } | null;
};

/** Writes why there is no certificate and when the next attempt is. Nothing happens when the claim was lost. */
export async function settleFailed(
  db: Db,
  { name, attemptId }: Claim,
  directoryUrl: string,
  { result, reason, failures, dueAt, keepOrder, pause }: Failure,
  now: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await endAttempt(tx, attemptId, { result, reason }, now);
    await tx
      .updateTable('web.certificate')
      .set({
        state: 'deferred',
        attempt_id: null,
        failures,
        reason,
        due_at: dueAt,
        ...(keepOrder ? {} : noOrder),
      })
      .where('name', '=', name)
      .where('attempt_id', '=', attemptId)
      .execute();
    if (!pause) return;
    await tx
      .updateTable('web.acme_account')
      .set({ paused_until: pause.until, pause_reason: reason, failures: pause.failures })
      .where('directory_url', '=', directoryUrl)
      .execute();
  });
}

const endAttempt = (
  tx: Tx,
  id: string,
  { result, reason }: { result: string; reason: string | null },
  now: Date,
): Promise<unknown> =>
  tx
    .updateTable('web.certificate_attempt')
    .set({ finished_at: now, result, reason })
    .where('id', '=', id)
    .execute();

/** How often in a row the authority was away. */
export async function authorityFailures(db: Db, directoryUrl: string): Promise<number> {
  const account = await db
    .selectFrom('web.acme_account')
    .select('failures')
    .where('directory_url', '=', directoryUrl)
    .executeTakeFirst();
  return account?.failures ?? 0;
}

/** When something becomes due that is not due yet, null when nothing waits. */
export async function nextDueAt(db: Db, now: Date): Promise<Date | null> {
  const row = await db
    .selectFrom('web.certificate')
    .select('due_at')
    .where('due_at', '>', now)
    .where('hosts', '<>', sql<string[]>`'{}'`)
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst();
  return row?.due_at ?? null;
}

export type KeptCertificate = { covers: string[]; chainPem: string; keyPem: string; issuedAt: Date };

/** The certificate in use under that name, null when there is none. */
export async function certificateInUse(
  db: Db,
  secretBox: SecretBox,
  name: string,
): Promise<KeptCertificate | null> {
  const row = await db
    .selectFrom('web.certificate')
    .select(['covers', 'chain_pem', 'key_sealed', 'issued_at'])
    .where('name', '=', name)
    .where('chain_pem', 'is not', null)
    .executeTakeFirst();
  if (!row) return null;
  return {
    covers: row.covers!,
    chainPem: row.chain_pem!,
    keyPem: secretBox.open(row.key_sealed!, keyContext(name)),
    issuedAt: row.issued_at!,
  };
}

const FORGET_ATTEMPTS_AFTER_MS = 30 * 24 * 60 * 60 * 1000;

/** Forgets what has served its time: hosts that are no longer forwarded, once their certificate has run out too. */
export async function forgetOld(db: Db, now: Date): Promise<void> {
  await db.deleteFrom('web.challenge').where('expires_at', '<', now).execute();
  await db
    .deleteFrom('web.certificate_attempt')
    .where('started_at', '<', new Date(now.getTime() - FORGET_ATTEMPTS_AFTER_MS))
    .execute();
  await db
    .deleteFrom('web.certificate')
    .where('hosts', '=', sql<string[]>`'{}'`)
    .where('state', '<>', 'ordering')
    .where((eb) => eb.or([eb('not_after', 'is', null), eb('not_after', '<', now)]))
    .execute();
}
