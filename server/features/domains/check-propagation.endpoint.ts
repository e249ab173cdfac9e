// POST /domains/nameservers/check-propagation: asks, now, where the parent of domains sends the world.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { awaitDelegation } from './connect.workflow.ts';
import {
  canBeSetUpAgain,
  look,
  noteDelegation,
  type Sight,
  startSetUp,
  whatIsMissing,
} from './connection.ts';
import { type Domain, isProven } from './domain.ts';
import { domainNotFound } from './errors.ts';
import { errorOf, refuseUnlessSome } from './schema.ts';
import { nameSought } from './settings.ts';
import { domainByUid, domainLock, domainsFind, liveDomainsByName } from './store.ts';

/** How many domains are asked about at once. */
const SIDE_BY_SIDE = 10;

const row = z
  .object({
    _id: z.uuid().nullable(),
    uid: z.uuid().nullable(),
    name: z.string(),
    status: z.string().nullable(),
    createdAt: z.iso.datetime().nullable(),
    updatedAt: z.iso.datetime().nullable(),
    propagated: z
      .boolean()
      .meta({ description: 'Whether the parent sends the world to our nameservers, and all of them answer' }),
    nameservers: z.array(z.string()).meta({ description: 'What the parent should say' }),
    actual_nameservers: z.array(z.string()).meta({ description: 'What it says' }),
    nameserver_match_status: z.string().nullable(),
    last_nameserver_check: z.iso.datetime().nullable(),
    reason: z.string().nullable().meta({ description: 'What is still missing, and who said so' }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: 'Propagation' });

export const checkPropagation = defineEndpoint<FeatureContext>()({
  operation: 'domains.check-propagation',
  summary: 'Check nameservers propagation',
  description:
    'Really asks: the zone above each domain for its delegation, then our nameservers. A connected domain that is seen to ' +
    'be delegated is set up at once; a connection that expired, or a set-up that gave up, is taken up again.',
  method: 'POST',
  path: '/domains/nameservers/check-propagation',
  aliases: [{ method: 'POST', path: '/domains/nameservers/check' }],
  scope: 'workspace',
  keepsToDomains: ['domains'],
  body: z.strictObject({ domains: z.array(z.string().trim().min(1).max(260)).min(1).max(100) }),
  response: z.object({ result: z.array(row) }),
  errors: [domainNotFound],
  async handle({ body, workspace, commit }, context) {
    const names = [...new Set(body.domains.map(nameSought))];
    const found = await domainsFind(context.db, workspace.uid, { uids: [], names });
    const meant = names.flatMap((name) => found.find((domain) => domain.name === name) ?? []);
    // In one order everywhere, so that two requests about the same domains do not wait for each other.
    const domains = meant.toSorted((a, b) => (a.uid < b.uid ? -1 : 1));
    const sights = await sideBySide(domains, (domain) => look(context, domain));
    return commit(async (tx) => {
      const rows = new Map<string, z.input<typeof row>>();
      for (const [index, { uid, name }] of domains.entries()) {
        const domain = await note(tx, context, uid, sights[index]!);
        rows.set(name, rowOf(domain, sights[index]!));
      }
      const unknown = names.filter((name) => !rows.has(name));
      const refusals = unknown.map((name) => domainNotFound('Domain not found', { domains: [name] }));
      for (const [index, name] of unknown.entries()) rows.set(name, unknownRow(name, refusals[index]!));
      const result = names.map((name) => rows.get(name)!);
      refuseUnlessSome(refusals, result);
      return { message: 'Nameservers propagation checked successfully', result };
    });
  },
});

const sideBySide = async <T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += SIDE_BY_SIDE) {
    results.push(...(await Promise.all(items.slice(at, at + SIDE_BY_SIDE).map(act))));
  }
  return results;
};

/** Writes down what was seen, and takes up what had given up. Answers the domain as it is then. */
const note = async (tx: Tx, context: FeatureContext, uid: string, { delegation }: Sight): Promise<Domain> => {
  const now = context.clock.now();
  const current = async () => (await domainLock(tx, uid))!;
  const held = await current();
  if (held.status === 'expired_propagation') {
    const taken = (await liveDomainsByName(tx, [held.name])).length > 0;
    if (!taken) await awaitDelegation(tx, context, held, held.nameservers, now);
  } else if (held.status === 'inactive') {
    if (canBeSetUpAgain(held)) await startSetUp(tx, context, held, now);
    else if (!isProven(held)) await awaitDelegation(tx, context, held, held.nameservers, now);
  }
  await noteDelegation(tx, context, await current(), delegation, now);
  return (await domainByUid(tx, uid))!;
};

const rowOf = (domain: Domain, { delegation, answered }: Sight): z.input<typeof row> => ({
  _id: domain.uid,
  uid: domain.uid,
  name: domain.name,
  status: domain.status,
  createdAt: domain.createdAt.toISOString(),
  updatedAt: domain.updatedAt.toISOString(),
  propagated: answered,
  nameservers: domain.nameservers,
  actual_nameservers: domain.actualNameservers,
  nameserver_match_status: domain.nameserverMatchStatus,
  last_nameserver_check: domain.lastNameserverCheck?.toISOString() ?? null,
  reason: reasonOf(domain, { delegation, answered }),
  error: null,
});

const reasonOf = (domain: Domain, { delegation, answered }: Sight): string | null => {
  if (answered) return null;
  if (domain.status === 'cart') return 'it waits to be paid for';
  if (domain.status === 'registration_in_progress') return 'it is still being registered';
  return (
    whatIsMissing(domain, delegation) ?? 'it is delegated to our nameservers, which do not all answer yet'
  );
};

const unknownRow = (name: string, refusal: ReturnType<typeof domainNotFound>): z.input<typeof row> => ({
  _id: null,
  uid: null,
  name,
  status: null,
  createdAt: null,
  updatedAt: null,
  propagated: false,
  nameservers: [],
  actual_nameservers: [],
  nameserver_match_status: null,
  last_nameserver_check: null,
  reason: null,
  error: errorOf(refusal),
});
