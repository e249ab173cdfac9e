// What can be set for domains beside their records: which domains a request means, and changing them all or none.

import { z } from 'zod';
import type { Db, Tx } from '../../../database/database.ts';
import { toName } from '../../../protocols/dns/names.ts';
import { normalizeAddress } from '../../../protocols/mail/address.ts';
import { type Actor, actorOf } from '../../http/caller.ts';
import type { Answer } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { declareRecords } from '../dns/index.ts';
import { recordEvents } from '../events/index.ts';
import type { Domain } from './domain.ts';
import { domainBeingRemoved, domainNotFound } from './errors.ts';
import { publishForwards } from './published.ts';
import { type DomainChange, domainsFind, domainsLock, domainUpdate } from './store.ts';
import { dmarcRecord } from './zone-records.ts';

const MOST_AT_ONCE = 500;
const name = z.string().trim().min(1).max(260);

const which = {
  uids: z.array(z.uuid()).min(1).max(MOST_AT_ONCE).optional().meta({ description: 'The domains, by uid' }),
  domain: name.optional().meta({ description: 'One domain, by name' }),
  domains: z.array(name).min(1).max(MOST_AT_ONCE).optional().meta({ description: 'Domains, by name' }),
};
type Which = { uids?: string[]; domain?: string; domains?: string[] };

/** A body that names domains by uid or by name, beside whatever else the operation takes. */
export const ofDomains = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ ...which, ...shape }).refine(namesOne, { error: 'uids is required', path: ['uids'] });

const namesOne = (body: object): boolean => {
  const { uids, domain, domains } = body as Which;
  return (uids ?? domain ?? domains) !== undefined;
};

/** A name as it is compared. One that cannot be a name is nobody's, so looking for it finds none. */
export const nameSought = (text: string): string => {
  try {
    return toName(text);
  } catch {
    return text.toLowerCase();
  }
};

/**
 * The domains a request means, each once, locked until the transaction ends.
 *
 * @throws ApiError domain_not_found when one of them is not the workspace's, or no longer
 */
export const lockDomains = async (tx: Tx, workspaceUid: string, body: Which): Promise<Domain[]> =>
  pick(sought(body), await domainsLock(tx, workspaceUid, sought(body)));

/** The same without locks, for what is asked before the transaction. */
export const domainsMeant = async (db: Db, workspaceUid: string, body: Which): Promise<Domain[]> =>
  pick(sought(body), await domainsFind(db, workspaceUid, sought(body)));

const sought = ({ uids, domain, domains }: Which) => ({
  uids: [...new Set(uids)],
  names: [...new Set([domain ?? [], domains ?? []].flat().map(nameSought))],
});

const pick = ({ uids, names }: ReturnType<typeof sought>, found: Domain[]): Domain[] => {
  const missing = [
    ...uids.filter((uid) => !found.some((domain) => domain.uid === uid)),
    ...names.filter((sought) => !found.some((domain) => domain.name === sought)),
  ];
  if (missing.length > 0) throw domainNotFound('Domain not found', { domains: missing });
  const meant = [
    ...uids.flatMap((uid) => found.filter((domain) => domain.uid === uid)),
    ...names.flatMap((sought) => found.find((domain) => domain.name === sought) ?? []),
  ];
  return [...new Set(meant)];
};

export const mailTarget = z
  .email()
  .max(254)
  .transform((address, context): string => {
    const normalized = normalizeAddress(address);
    if (normalized) return normalized;
    context.addIssue({ code: 'custom', message: 'email is not a mail address' });
    return z.NEVER;
  });

export const settingsErrors = [domainNotFound, domainBeingRemoved];

export const settingsAnswer = z.object({
  domains: z.array(
    z.object({ _id: z.uuid(), name: z.string(), uid: z.uuid() }).meta({ id: 'DomainReference' }),
  ),
});

/** As answers to changes name domains. */
export const reference = ({ uid, name }: Pick<Domain, 'uid' | 'name'>) => ({ _id: uid, name, uid });

type Settings = Pick<
  DomainChange,
  | 'dmarcEmail'
  | 'dmarcPolicy'
  | 'catchAllEmail'
  | 'emailForwarding'
  | 'forwardingUrl'
  | 'forwardingPermanent'
  | 'forwardingKeepPath'
>;

/** As the API and events call them. */
const names: Record<keyof Settings, string> = {
  dmarcEmail: 'dmarc_email',
  dmarcPolicy: 'dmarc_policy',
  catchAllEmail: 'catch_all_email',
  emailForwarding: 'email_forwarding',
  forwardingUrl: 'forwarding_url',
  forwardingPermanent: 'forwarding_permanent',
  forwardingKeepPath: 'forwarding_keep_path',
};

type SettingsRequest = {
  body: Which;
  workspace: { uid: string };
  caller: Actor;
  commit(fn: (tx: Tx) => Promise<Answer<typeof settingsAnswer>>): Promise<Answer<typeof settingsAnswer>>;
};

/** What every endpoint that sets something for domains does; `reason` goes into the versions and events of the domains. */
export const answerSettings = (
  { body, workspace, caller, commit }: SettingsRequest,
  context: FeatureContext,
  change: Settings,
  { reason, message }: { reason: string; message: string },
): Promise<Answer<typeof settingsAnswer>> =>
  commit(async (tx) => {
    const request = { workspaceUid: workspace.uid, actor: caller, which: body, reason };
    return { message, ...(await changeSettings(tx, context, request, change)) };
  });

/**
 * Changes what is set for these domains and has it act: the row, its event, and what the planes read are of one
 * transaction; DNS follows by a workflow that is asked for in it. What is set already changes nothing.
 *
 * @throws ApiError domain_not_found, domain_being_removed
 */
const changeSettings = async (
  tx: Tx,
  { clock, workflows }: Pick<FeatureContext, 'clock' | 'workflows'>,
  request: { workspaceUid: string; actor: Actor; which: Which; reason: string },
  change: Settings,
): Promise<z.input<typeof settingsAnswer>> => {
  const domains = await lockDomains(tx, request.workspaceUid, request.which);
  const leaving = domains.find(({ status }) => status === 'scheduled_for_deletion');
  if (leaving) throw domainBeingRemoved(`${leaving.name} is being removed`, { domain: leaving.name });
  const now = clock.now();
  for (const domain of domains) {
    const changed = (Object.keys(change) as (keyof Settings)[]).filter(
      (setting) => change[setting] !== undefined && change[setting] !== domain[setting],
    );
    if (changed.length === 0) continue;
    const set: Settings = Object.fromEntries(changed.map((setting) => [setting, change[setting]]));
    const after: Domain = { ...domain, ...set };
    await domainUpdate(tx, domain.uid, set, now);
    await recordEvents(tx, [
      {
        teamUid: domain.teamUid,
        workspaceUid: domain.workspaceUid,
        type: 'domain.settings_changed',
        subjectType: 'domain',
        subjectUid: domain.uid,
        data: {
          name: domain.name,
          changes: Object.fromEntries(
            changed.map((setting) => [names[setting], { before: domain[setting], after: after[setting] }]),
          ),
        },
        occurredAt: now,
      },
    ]);
    await publishForwards(tx, after, now);
    if (changed.some((setting) => setting === 'dmarcEmail' || setting === 'dmarcPolicy')) {
      const { type, id } = actorOf(request.actor);
      const by = { actorType: type, actorId: id, reason: request.reason };
      await declareRecords(tx, { clock, workflows }, domain.uid, 'dmarc', [dmarcRecord(after)], by);
    }
  }
  return { domains: domains.map(reference) };
};
