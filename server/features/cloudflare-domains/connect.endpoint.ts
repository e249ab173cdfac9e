// POST /cloudflare-domains/connect: connects zones of an account, without a change of nameservers.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { domainBeingRemoved, domainHeldElsewhere, errorOf } from '../domains/index.ts';
import {
  carryOutConnection,
  credentialConflict,
  domainNotAllowed,
  planConnection,
  type ZoneResult,
} from '../hosted-domains/index.ts';
import { workspaceLimitReached } from '../workspaces/index.ts';
import {
  accountAlreadyUsed,
  dnsHostUnavailable,
  invalidCredential,
  noDnsAccess,
  noZonesFound,
} from '../zone-accounts/index.ts';
import { credentialFields, credentialOf, missingFields } from './schema.ts';

const MOST_AT_ONCE = 500;

const conflictShape = z
  .object({
    has_conflict: z.boolean(),
    records: z.array(z.object({ type: z.string(), host: z.string(), value: z.string() })),
    labels: z.array(z.string()),
    message: z.string(),
  })
  .meta({ id: 'ZoneConflict' });

export const connectZones = defineEndpoint<FeatureContext>()({
  operation: 'cloudflare-domains.connect',
  summary: 'Connect Cloudflare domains',
  description:
    'Connects domains whose zone lies in a Cloudflare account, for free and without a change of nameservers. Records of the ' +
    'owner’s are never touched: ours are added beside them, and those of ours that would stand against one are left out ' +
    'and told by `POST /dns/verify`. With a credential alone it is checked and stored. Every name has a row in `results`; ' +
    'one that cannot be connected says why and holds up no other. A domain whose credential no longer works moves over to ' +
    'this one, and what waited for it goes on.',
  method: 'POST',
  path: '/cloudflare-domains/connect',
  scope: 'workspace',
  reachesOutside: true,
  rateLimit: 'zone_connect',
  body: z
    .strictObject({
      ...credentialFields,
      domains: orAbsent(z.array(z.string().trim().min(1).max(260)).max(MOST_AT_ONCE)),
      connect_all: z.boolean().default(false),
      validateDNS: z.boolean().default(false).meta({
        description: 'Leave zones alone that have mail records (MX or SPF) of their owner’s already',
      }),
      label: orAbsent(z.string().trim().max(100)).meta({ description: 'What people call the credential' }),
    })
    .superRefine((body, context) => {
      for (const [path, message] of missingFields(body)) {
        context.addIssue({ code: 'custom', path: [path], message });
      }
      if (body.connect_all && body.domains !== undefined) {
        const message = 'connect_all and domains are mutually exclusive';
        context.addIssue({ code: 'custom', path: ['connect_all'], message });
      }
      if (body.domains?.length === 0) {
        context.addIssue({
          code: 'custom',
          path: ['domains'],
          message: 'domains must name at least one zone',
        });
      }
    }),
  response: z.object({
    credential_uid: z.uuid(),
    connected_count: z.int(),
    reconnected_count: z.int(),
    failed_count: z.int(),
    skipped_count: z.int(),
    domains: z.array(
      z.object({
        uid: z.uuid(),
        name: z.string(),
        status: z.string(),
        reconnected: z.boolean(),
        nameservers: z.array(z.string()),
      }),
    ),
    skipped: z.array(
      z.object({
        name: z.string(),
        reason: z.enum(['already_connected', 'already_exists']),
        domain_uid: z.uuid(),
      }),
    ),
    results: z.array(
      z
        .object({
          zone_name: z.string(),
          success: z.boolean(),
          error: z.string().nullable(),
          code: z.string().nullable(),
          dns_conflict: conflictShape.nullable(),
        })
        .meta({ id: 'ZoneConnection' }),
    ),
  }),
  errors: [
    invalidCredential,
    noDnsAccess,
    noZonesFound,
    accountAlreadyUsed,
    credentialConflict,
    domainNotAllowed,
    domainHeldElsewhere,
    domainBeingRemoved,
    dnsHostUnavailable,
    workspaceLimitReached,
  ],
  async handle({ body, caller, workspace, commit }, context) {
    const scope = { teamUid: caller.teamId, workspaceUid: workspace.uid };
    const plan = await planConnection(context, scope, {
      credential: { ...credentialOf(body), label: body.label ?? null },
      targets: body.connect_all ? 'all' : (body.domains ?? null),
      refuseConflicts: body.validateDNS,
    });
    return commit(async (tx) => {
      const { stored, results } = await carryOutConnection(tx, context, plan);
      const counts = countsOf(results);
      return {
        message: messageOf(results.length, counts),
        credential_uid: stored.uid,
        ...counts,
        domains: results.flatMap(connectedRow),
        skipped: results.flatMap(skippedRow),
        results: results.map(resultRow),
      };
    });
  },
});

const countsOf = (results: readonly ZoneResult[]) => {
  const count = (wanted: ZoneResult['outcome']['outcome']) =>
    results.filter(({ outcome }) => outcome.outcome === wanted).length;
  return {
    connected_count: count('connected'),
    reconnected_count: count('reconnected'),
    failed_count: count('refused'),
    skipped_count: count('skipped'),
  };
};

const messageOf = (asked: number, counts: ReturnType<typeof countsOf>): string =>
  asked === 0
    ? 'Cloudflare credential verified and saved'
    : `Processed ${asked} zone(s): ${counts.connected_count} connected, ${counts.reconnected_count} reconnected, ` +
      `${counts.skipped_count} skipped, ${counts.failed_count} failed`;

const connectedRow = ({ outcome }: ZoneResult) =>
  outcome.outcome === 'connected' || outcome.outcome === 'reconnected'
    ? [
        {
          uid: outcome.domain.uid,
          name: outcome.domain.name,
          status: outcome.domain.status,
          reconnected: outcome.outcome === 'reconnected',
          nameservers: outcome.domain.nameservers,
        },
      ]
    : [];

const skippedRow = ({ name, outcome }: ZoneResult) =>
  outcome.outcome === 'skipped' ? [{ name, reason: outcome.reason, domain_uid: outcome.domain.uid }] : [];

const resultRow = ({ name, outcome, conflict }: ZoneResult) => {
  const error = outcome.outcome === 'refused' ? errorOf(outcome.refusal) : null;
  return {
    zone_name: name,
    success: error === null,
    error: error?.message ?? null,
    code: error?.code ?? null,
    dns_conflict: conflict && { has_conflict: true, ...conflict },
  };
};
