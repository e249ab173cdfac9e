// GET /account: the team, what it can spend, and what mailboxes cost it.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { rights } from '../../http/rights.ts';
import { rightsIn, roles } from '../../http/roles.ts';
import type { FeatureContext } from '../context.ts';
import { teamByUid } from './store.ts';

/** What billing knows of a team; handed in, because billing builds on accounts and not the other way round. */
export type ReadFunds = (
  db: Db,
  teamUid: string,
) => Promise<{
  totalCredits: number;
  creditsRemaining: number;
  costPerGoogleMailbox: number;
  costPerMicrosoftMailbox: number;
  plan: { name: string; cycle: string };
}>;

export const getAccount = (readFunds: ReadFunds) =>
  defineEndpoint<FeatureContext>()({
    operation: 'accounts.get',
    summary: 'Get account details',
    method: 'GET',
    path: '/account',
    scope: 'team',
    response: z.object({
      uid: z.uuid(),
      team: z.string(),
      sandbox: z
        .boolean()
        .meta({ description: 'Whether this is the sandbox of a team, which test keys act in' }),
      total_credits: z.number(),
      credits_remaining: z.number(),
      cost_per_google_mailbox: z.number(),
      cost_per_ms_outlook_mailbox: z.number(),
      current_plan: z.object({ name: z.string(), cycle: z.string() }),
      caller: z
        .object({
          type: z.enum(['api_key', 'person']),
          uid: z.uuid(),
          role: z.enum(roles).nullable().meta({ description: 'Of a person' }),
          operator: z.boolean().meta({ description: 'Whether they run the installation' }),
          rights: z.array(z.enum(rights)),
          money_rights: z
            .array(z.enum(rights))
            .meta({ description: 'In operations about the wallet, payments, the plan and invoices' }),
        })
        .meta({ description: 'Who asks, and what they may do' }),
    }),
    errors: [],
    async handle({ caller }, { db }) {
      const team = await teamByUid(db, caller.teamId);
      if (!team) throw new Error(`the team of key ${caller.keyId} is gone`);
      const funds = await readFunds(db, team.uid);
      return {
        message: 'Account details retrieved successfully',
        uid: team.uid,
        team: team.name,
        sandbox: team.sandboxOf !== null,
        total_credits: funds.totalCredits,
        credits_remaining: funds.creditsRemaining,
        cost_per_google_mailbox: funds.costPerGoogleMailbox,
        cost_per_ms_outlook_mailbox: funds.costPerMicrosoftMailbox,
        current_plan: funds.plan,
        caller: {
          type: caller.person ? ('person' as const) : ('api_key' as const),
          uid: caller.keyId,
          role: caller.person?.role ?? null,
          operator: caller.operator,
          rights: [...caller.rights],
          money_rights: [...(caller.person ? rightsIn(caller.person.role, 'billing.wallet') : caller.rights)],
        },
      };
    },
  });
