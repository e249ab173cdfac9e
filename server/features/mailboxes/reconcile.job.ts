// Compares what is stored of mailboxes with what their hosts have, both ways: what a host lacks, what only the host
// knows, and what differs. Takes no input and acts on what is stored. Mends what can be mended without asking, tells of
// the rest, and never removes a mailbox it does not know. Any number of processes may run it; of one host's mailboxes
// one of them takes the comparison on.
import { z } from 'zod';
import { inTransaction } from '../../../database/database.ts';
import type { HostedMailbox, HostedStatus, MailboxHost } from '../../../providers/contracts/mailbox-host.ts';
import type { FeatureContext } from '../context.ts';
import { domainByUid, workspaceOfDomain } from '../domains/index.ts';
import { recordEvents } from '../events/index.ts';
import { asHostSays, hostOf, hostStatusOf, keepAtHost, pushAddresses } from './at-host.ts';
import { type Difference, type DriftKind, differences, isMended } from './drift.ts';
import {
  aliasesInForce,
  driftResolve,
  driftSeen,
  hostedPage,
  placesOfMailboxes,
  reconciliationBegin,
} from './drift-store.ts';
import { driftFound } from './events.ts';
import { addressFreeStatuses, displayName, type Mailbox } from './mailbox.ts';
import { openSecrets } from './secrets.ts';
import { mailboxByUid, mailboxesOfUids, mailboxSecrets } from './store.ts';

const PAGE = 200;
/** What was changed a moment ago may still be on its way to the host. */
const SETTLES_MS = 10 * 60_000;
/** A password costs its host time to check: each mailbox has its turn once in so many comparisons. */
const PASSWORD_TURNS = 24;

/** Compares every host whose last comparison began more than `reconcileEveryMs` ago. */
export const reconcileMailboxes = async (context: FeatureContext): Promise<void> => {
  const { db, clock, settings } = context;
  for (const [vendor, host] of await hostsByVendor(context)) {
    const now = clock.now();
    const before = new Date(now.getTime() - settings.reconcileEveryMs);
    if (await reconciliationBegin(db, vendor, before, now)) await reconcileHost(context, vendor, host);
  }
};

/** Every host that has mailboxes of ours. */
export const hostsByVendor = async ({ db, providers }: FeatureContext): Promise<Map<string, MailboxHost>> => {
  const hosts = new Map<string, MailboxHost>();
  for (const { platform, workspaceUid } of await placesOfMailboxes(db)) {
    const vendor = await providers.mailHostVendor(platform, { workspaceId: workspaceUid });
    if (!hosts.has(vendor)) hosts.set(vendor, providers.mailboxHost(platform, { workspaceId: workspaceUid }));
  }
  return hosts;
};

const reconcileHost = async (context: FeatureContext, vendor: string, host: MailboxHost): Promise<void> => {
  const { db, clock } = context;
  const began = clock.now();
  const seen = new Set<string>();
  const passwordsOf: string[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: Awaited<ReturnType<MailboxHost['listMailboxes']>> = await host.listMailboxes({
      cursor,
      limit: PAGE,
    });
    const ids = page.mailboxes.map(({ id }) => id);
    const own = await mailboxesOfUids(db, ids.filter(isUid));
    const aliases = await aliasesInForce(db, [...own.keys()], began);
    for (const hosted of page.mailboxes) {
      seen.add(hosted.id);
      const mailbox = own.get(hosted.id);
      if (!mailbox || isFree(mailbox)) await tellUnknown(context, vendor, mailbox, hosted);
      else {
        if (isItsTurn(mailbox, began)) passwordsOf.push(mailbox.uid);
        await compare(context, vendor, host, mailbox, hosted, {
          aliases: aliases.get(mailbox.uid) ?? [],
          began,
        });
      }
    }
    if (page.next === null) break;
    cursor = page.next;
  }
  await lookForMissing(context, vendor, seen);
  await inTransaction(db, (tx) => driftResolve(tx, vendor, { began, passwordsOf }, clock.now()));
};

const isUid = (id: string): boolean => z.uuid().safeParse(id).success;
export const isFree = ({ status }: Mailbox): boolean =>
  (addressFreeStatuses as readonly string[]).includes(status);

/** Settled long enough that its host should have followed, and supposed to be there. */
const isComparable = (mailbox: Mailbox, now: Date): boolean =>
  hostStatusOf(mailbox) !== null &&
  mailbox.reactivationStatus !== 'pending' &&
  now.getTime() - mailbox.updatedAt.getTime() > SETTLES_MS;

const compare = async (
  context: FeatureContext,
  vendor: string,
  host: MailboxHost,
  mailbox: Mailbox,
  hosted: HostedMailbox,
  { aliases, began }: { aliases: string[]; began: Date },
): Promise<void> => {
  const now = context.clock.now();
  if (!isComparable(mailbox, now)) return;
  const status = await asHostSays(host, hostStatusOf(mailbox)!);
  const found = differences(mailbox, { status, aliases }, hosted);
  if (isItsTurn(mailbox, began) && (await opensWithOthers(context, host, mailbox))) {
    found.push({ kind: 'password', expected: null, found: null });
  }
  for (const difference of found) {
    const repaired = await mend(context, host, mailbox, difference);
    await tell(context, vendor, mailbox, difference, repaired);
  }
};

const isItsTurn = ({ uid }: Mailbox, now: Date): boolean =>
  Number.parseInt(uid.slice(-4), 16) % PASSWORD_TURNS ===
  Math.floor(now.getTime() / 3_600_000) % PASSWORD_TURNS;

const opensWithOthers = async (
  { db, secrets }: FeatureContext,
  host: MailboxHost,
  { uid }: Mailbox,
): Promise<boolean> =>
  (await host.opensWith(uid, openSecrets(secrets, uid, await mailboxSecrets(db, uid)))) === false;

/** Answers whether it was mended; one that cannot be stays told of, and is tried again by the next comparison. */
const mend = async (
  context: FeatureContext,
  host: MailboxHost,
  mailbox: Mailbox,
  { kind }: Difference,
): Promise<boolean> => {
  if (!isMended(kind)) return false;
  // On a domain that is being removed nothing may be made again.
  const domain = await domainByUid(context.db, mailbox.domainUid);
  if (domain?.status !== 'active' && kind === 'missing_at_host') return false;
  const current = await mailboxByUid(context.db, mailbox.uid);
  const wanted = current && hostStatusOf(current);
  // Somebody changed it meanwhile, and the host follows that.
  if (!wanted || current.updatedAt.getTime() !== mailbox.updatedAt.getTime()) return false;
  try {
    await setAtHost(context, host, mailbox, wanted, kind);
    return true;
  } catch {
    return false;
  }
};

const setAtHost = async (
  context: FeatureContext,
  host: MailboxHost,
  mailbox: Mailbox,
  wanted: HostedStatus,
  kind: DriftKind,
): Promise<void> => {
  const { uid, forwardingEmail: address, forwardingKeepCopy: keepCopy } = mailbox;
  switch (kind) {
    case 'display_name':
      return host.setDisplayName(uid, displayName(mailbox));
    case 'address':
    case 'aliases':
      return pushAddresses(context, uid);
    case 'forwarding':
      return host.setForwarding(uid, address === null ? null : { address, keepCopy });
    case 'password': {
      const { password, appPassword } = openSecrets(
        context.secrets,
        uid,
        await mailboxSecrets(context.db, uid),
      );
      return host.setPassword(uid, password, appPassword);
    }
    default:
      // Only for a missing one `mend` has made sure that its domain stays.
      return keepAtHost(context, mailbox, wanted, `mailboxes.reconcile:${uid}`, {
        evenClosed: kind === 'missing_at_host',
      });
  }
};

const tell = (
  { db, clock }: FeatureContext,
  vendor: string,
  mailbox: Mailbox,
  what: Difference,
  repaired: boolean,
) =>
  inTransaction(db, async (tx) => {
    const now = clock.now();
    const { uid, workspaceUid, address } = mailbox;
    const drift = { vendor, hostId: uid, mailboxUid: uid, workspaceUid, address, repaired, ...what };
    if (await driftSeen(tx, drift, now)) await recordEvents(tx, [driftFound(mailbox, what, repaired, now)]);
  });

/** One that was deleted here and is still there is unknown as well: nobody pays for it, and it may hold mail. */
const tellUnknown = async (
  { db, clock }: FeatureContext,
  vendor: string,
  mailbox: Mailbox | undefined,
  hosted: HostedMailbox,
): Promise<void> => {
  const now = clock.now();
  if (mailbox && now.getTime() - mailbox.updatedAt.getTime() <= SETTLES_MS) return;
  const domain = hosted.address.slice(hosted.address.lastIndexOf('@') + 1);
  const workspaceUid = mailbox?.workspaceUid ?? (await workspaceOfDomain(db, domain));
  const what: Difference = {
    kind: 'unknown_at_host',
    expected: mailbox?.status ?? null,
    found: hosted.status,
  };
  await inTransaction(db, async (tx) => {
    const mailboxUid = mailbox?.uid ?? null;
    const drift = {
      vendor,
      hostId: hosted.id,
      mailboxUid,
      workspaceUid,
      address: hosted.address,
      repaired: false,
    };
    const isNew = await driftSeen(tx, { ...drift, ...what }, now);
    if (isNew && mailbox) await recordEvents(tx, [driftFound(mailbox, what, false, now)]);
  });
};

const lookForMissing = async (
  context: FeatureContext,
  vendor: string,
  seen: ReadonlySet<string>,
): Promise<void> => {
  const { db, clock, providers } = context;
  for (let after: string | null = null; ; ) {
    const page: Mailbox[] = await hostedPage(db, after, PAGE);
    for (const mailbox of page) {
      if (seen.has(mailbox.uid) || !isComparable(mailbox, clock.now())) continue;
      const scope = { workspaceId: mailbox.workspaceUid, domain: mailbox.domainName };
      if ((await providers.mailHostVendor(mailbox.platform, scope)) !== vendor) continue;
      const host = hostOf(providers, mailbox);
      // It may have been made while the pages were read.
      if (await host.findMailbox({ id: mailbox.uid })) continue;
      const what: Difference = { kind: 'missing_at_host', expected: hostStatusOf(mailbox), found: null };
      await tell(context, vendor, mailbox, what, await mend(context, host, mailbox, what));
    }
    const last = page.at(-1);
    if (page.length < PAGE || !last) return;
    after = last.uid;
  }
};
