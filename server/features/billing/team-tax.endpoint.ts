// GET /admin/teams/{team_uid}/tax: what a team's purchases are taxed with, and why.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import { findTeam } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { teamNotFound } from './errors.ts';
import { teamTaxShape, teamTaxView } from './tax-view.ts';

export const getTeamTax = defineEndpoint<FeatureContext>()({
  operation: 'billing.team-tax',
  summary: 'Get tax of a team',
  method: 'GET',
  path: '/admin/teams/{team_uid}/tax',
  scope: 'operator',
  params: z.strictObject({ team_uid: uidToFind }),
  response: z.object({ tax: teamTaxShape }),
  errors: [teamNotFound],
  async handle({ params }, { db }) {
    if (!(await findTeam(db, params.team_uid))) throw teamNotFound('Team not found');
    return { message: 'Tax retrieved successfully', tax: await teamTaxView(db, params.team_uid) };
  },
});
