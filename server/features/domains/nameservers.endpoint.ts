// POST /domains/nameservers: connects domains that their owner has elsewhere, and says which nameservers to set.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { parentName } from '../../../protocols/dns/names.ts';
import { type Answer, answerStatus, defineEndpoint } from '../../http/endpoint.ts';
import { ApiError } from '../../http/errors.ts';
import type { FeatureContext } from '../context.ts';
import { readDelegation } from '../dns/index.ts';
import { recordEvents } from '../events/index.ts';
import { workspaceLimitReached } from '../workspaces/index.ts';
import { awaitDelegation } from './connect.workflow.ts';
import { forgetExpired, isDelegatedTo, nameserverNames, nameserversFor } from './connection.ts';
import { whyNoRoom } from './counts.ts';
import { type Domain, newDomain } from './domain.ts';
import {
  domainBanned,
  domainBeingRemoved,
  domainHeldElsewhere,
  domainWasBought,
  internationalizedName,
  invalidDomainName,
  wayToLook,
} from './errors.ts';
import { registrableName, tldOf } from './names.ts';
import { connectedAnswer, connectionRow, failedRow, refuseUnlessSome } from './schema.ts';
import { domainsInsert, domainsLock, formerHolders, liveDomainsByName } from './store.ts';

export const domainNameservers = defineEndpoint<FeatureContext>()({
  operation: 'domains.nameservers',
  summary: 'Get nameservers for domain connection',
  description:
    'Connects domains that were bought elsewhere, for free: set the answered `nameservers` at the registrar of each, and ' +
    'it is set up as soon as that is seen. Every name has a row of its own; one that cannot be connected says why in ' +
    '`error` and holds up no other. A connection that expired is taken up again.',
  method: 'POST',
  path: '/domains/nameservers',
  scope: 'workspace',
  keepsToDomains: ['domains'],
  reachesOutside: true,
  body: z.strictObject({
    domains: z.array(z.string().trim().min(1).max(260)).min(1).max(100),
    mask_forwarding: z
      .boolean()
      .default(false)
      .meta({
        description:
          'Accepted and without effect: visitors are redirected, never shown the target in a frame, which most sites ' +
          'forbid. The answer says `mask_forwarding: false`.',
      }),
  }),
  response: z.object({ ...connectedAnswer, mask_forwarding: z.literal(false) }),
  usableConflict:
    'Domains of the request are connected to the workspace already. `result` has the nameservers of every domain, these ' +
    'and the others, which are connected now.',
  errors: [
    internationalizedName,
    invalidDomainName,
    domainBanned,
    domainWasBought,
    domainHeldElsewhere,
    domainBeingRemoved,
    workspaceLimitReached,
  ],
  async handle({ body, caller, workspace, commit }, context) {
    const scope = { teamUid: caller.teamId, workspaceUid: workspace.uid };
    const wishes = await readWishes(context, scope, body.domains);
    return commit(async (tx) => {
      const rows = [];
      for (const wish of wishes) rows.push(await connectOne(tx, context, scope, wish));
      const result = rows.map(({ row }) => row);
      refuseUnlessSome(
        rows.flatMap(({ refusal }) => refusal ?? []),
        result,
      );
      const known = result.filter(({ already_connected }) => already_connected).map(({ domain }) => domain);
      const answer: Answer<z.ZodObject<typeof connectedAnswer & { mask_forwarding: z.ZodLiteral<false> }>> = {
        message:
          known.length > 0
            ? `Domain(s) already connected to your workspace: ${known.join(', ')}`
            : 'Nameservers created successfully',
        result,
        mask_forwarding: false,
      };
      return known.length > 0 ? { ...answer, [answerStatus]: 409 } : answer;
    });
  },
});

type Scope = { teamUid: string; workspaceUid: string };
type Wish = { typed: string; name: string; nameservers: string[] } | { typed: string; refusal: ApiError };

/** What can be known of the names before anything is written: each with its nameservers, or why it is refused. */
const readWishes = async (context: FeatureContext, scope: Scope, typed: string[]): Promise<Wish[]> => {
  const read = typed.map((text) => ({ typed: text, ...nameOrRefusal(text) }));
  const names = [...new Set(read.flatMap(({ name }) => name ?? []))];
  const registrar = context.providers.registrar({ workspaceId: scope.workspaceUid });
  const quotes = await registrar.quote(names);
  const banned = new Set(
    quotes.filter((quote) => quote.unavailableReason === 'banned').map(({ name }) => name),
  );
  const former = await formerHolders(context.db, scope.teamUid, names);
  const wishes = new Map<string, Wish>();
  for (const { typed: text, name, refusal } of read) {
    if (name === undefined) wishes.set(text, { typed: text, refusal: refusal! });
    else if (!wishes.has(name)) {
      const nameservers = nameserverNames(
        await nameserversFor(context, { workspaceUid: scope.workspaceUid, name }),
      );
      const why = banned.has(name)
        ? domainBanned(`${name} is banned`, { domain: name })
        : await whyNotProvable(context, scope, { name, nameservers, former: former.get(name) });
      wishes.set(name, why ? { typed: text, refusal: why } : { typed: text, name, nameservers });
    }
  }
  return [...wishes.values()];
};

const nameOrRefusal = (text: string): { name?: string; refusal?: ApiError } => {
  try {
    return { name: registrableName(text) };
  } catch (error) {
    if (error instanceof ApiError) return { refusal: error };
    throw error;
  }
};

/**
 * Where somebody else had the name before, a delegation that is there already proves nothing about who asks; and one
 * that they bought here stays theirs, whichever way it points.
 */
const whyNotProvable = async (
  context: FeatureContext,
  { workspaceUid }: Scope,
  { name, nameservers, former }: { name: string; nameservers: string[]; former?: { bought: boolean } },
): Promise<ApiError | null> => {
  if (nameservers.some((nameserver) => parentName(nameserver) === name)) {
    return domainHeldElsewhere(`${name} is the installation's own`, { domain: name });
  }
  if (!former) return null;
  const delegation = await readDelegation(context, { name, workspaceUid });
  const isTheirs = former.bought && delegation.changeable;
  return isTheirs || isDelegatedTo(nameservers, delegation)
    ? domainHeldElsewhere(`${name} was somebody else's, and nothing shows that this has changed`, {
        domain: name,
      })
    : null;
};

const connectOne = async (
  tx: Tx,
  context: FeatureContext,
  scope: Scope,
  wish: Wish,
): Promise<{ row: z.input<(typeof connectedAnswer)['result']>[number]; refusal?: ApiError }> => {
  if ('refusal' in wish) return { row: failedRow(wish.typed, wish.refusal), refusal: wish.refusal };
  const { name, nameservers } = wish;
  const now = context.clock.now();
  const [own] = await domainsLock(tx, scope.workspaceUid, { uids: [], names: [name] });
  const refusal = own ? whyNotConnected(own) : await whyTaken(tx, scope, name);
  if (refusal) return { row: failedRow(name, refusal), refusal };
  if (own && own.status !== 'expired_propagation') {
    return { row: connectionRow(own, { already_connected: true }) };
  }
  const full = own ? null : await whyNoRoom(tx, scope.workspaceUid);
  if (full) return { row: failedRow(name, full), refusal: full };
  const domain = own ?? (await insertConnected(tx, scope, name, now));
  // Somebody else was connecting the same name at the same moment, and was first.
  if (!domain || (own && (await whyTaken(tx, scope, name)))) {
    const late = domainHeldElsewhere(`${name} was connected elsewhere a moment ago`, { domain: name });
    return { row: failedRow(name, late), refusal: late };
  }
  await awaitDelegation(tx, context, domain, nameservers, now);
  const row = connectionRow(
    { ...domain, nameservers, status: 'waiting_for_dns_propagation' },
    { already_connected: false },
  );
  return { row };
};

const whyNotConnected = (domain: Domain): ApiError | null => {
  if (domain.status === 'scheduled_for_deletion') {
    return domainBeingRemoved(`${domain.name} is being removed`, { domain: domain.name });
  }
  if (domain.connectionType === 'purchased') {
    return domainWasBought(
      `Domain not found: ${domain.name} was bought here and needs no connection; ${wayToLook}`,
      {
        domain: domain.name,
      },
    );
  }
  return null;
};

const whyTaken = async (tx: Tx, scope: Scope, name: string): Promise<ApiError | null> => {
  const [holder] = await liveDomainsByName(tx, [name]);
  if (!holder) return null;
  const whose = holder.teamUid === scope.teamUid ? 'another workspace of your team' : 'somebody else';
  return domainHeldElsewhere(`${name} is held by ${whose}`, { domain: name });
};

/** Null when the name was taken meanwhile. */
const insertConnected = async (tx: Tx, scope: Scope, name: string, now: Date): Promise<Domain | null> => {
  const domain = newDomain(
    {
      uid: newId(),
      ...scope,
      name,
      tld: tldOf(name),
      status: 'waiting_for_dns_propagation',
      connectionType: 'connected',
    },
    now,
  );
  if ((await domainsInsert(tx, [domain])).length > 0) return null;
  await forgetExpired(tx, [name]);
  await recordEvents(tx, [
    {
      ...scope,
      type: 'domain.status_changed',
      subjectType: 'domain',
      subjectUid: domain.uid,
      data: { name, status: domain.status, previous_status: null, reason: null },
      occurredAt: now,
    },
  ]);
  return domain;
};
