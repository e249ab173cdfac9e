// PUT /admin/teams/{team_uid}/tax: a rate of its own for a team, or back to that of its country.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { oneLine } from '../../http/one-line.ts';
import { uidToFind } from '../../http/uid.ts';
import { findTeam } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { teamNotFound } from './errors.ts';
import { teamTaxSet } from './tax.ts';
import { teamTaxShape, teamTaxView } from './tax-view.ts';

export const setTeamTax = defineEndpoint<FeatureContext>()({
  operation: 'billing.set-team-tax',
  summary: 'Set tax of a team',
  description:
    'Gives a team a rate of its own in place of that of its country: 0 for one that pays the tax itself (reverse charge) ' +
    'or is exempt. `percent: null` goes back. It counts for what is bought from now on. Rates by country are in the price ' +
    'book; without a `tax` in the price book nothing is taxed.',
  method: 'PUT',
  path: '/admin/teams/{team_uid}/tax',
  scope: 'operator',
  params: z.strictObject({ team_uid: uidToFind }),
  body: z.strictObject({
    percent: z.number().min(0).max(100).multipleOf(0.001).nullable(),
    note: z
      .string()
      .trim()
      .min(1)
      .max(300)
      .regex(oneLine, { error: 'must be one line, without control or text direction characters' })
      .nullable()
      .default(null)
      .meta({ description: 'Stands on the team’s invoices' }),
  }),
  response: z.object({ tax: teamTaxShape }),
  errors: [teamNotFound],
  examples: { body: { percent: 0, note: 'Reverse charge: the recipient pays the VAT' } },
  handle: ({ params, body, commit }, { clock }) =>
    commit(async (tx) => {
      const now = clock.now();
      if (!(await findTeam(tx, params.team_uid))) throw teamNotFound('Team not found');
      await teamTaxSet(tx, params.team_uid, { percent: body.percent, note: body.note }, now);
      const tax = await teamTaxView(tx, params.team_uid);
      await recordEvents(tx, [
        {
          teamUid: params.team_uid,
          workspaceUid: null,
          type: 'wallet.tax_changed',
          subjectType: 'wallet',
          subjectUid: params.team_uid,
          data: { ...tax },
          occurredAt: now,
        },
      ]);
      return { message: 'Tax updated successfully', tax };
    }),
});
