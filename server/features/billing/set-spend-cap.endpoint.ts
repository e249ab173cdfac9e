// PUT /billing/spend-caps: sets, changes or takes away one cap.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { hasKey } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { creditsToMicros } from '../price-book/index.ts';
import { findWorkspace } from '../workspaces/index.ts';
import { lockFunds } from './charges.ts';
import { cappedKey, capScopeNotFound } from './errors.ts';
import { capShape, capViews } from './spend-cap-view.ts';
import { keyCaps, spendCapSet } from './spend-caps.ts';

export const setSpendCap = defineEndpoint<FeatureContext>()({
  operation: 'billing.set-spend-cap',
  summary: 'Set spend cap',
  description:
    'Limits what may be bought in a day or a month (UTC): by the whole team, in one workspace, or with one key. ' +
    'Purchases beyond it are refused with `spend_cap_exceeded`. Renewals that happen by themselves count, and are not ' +
    'refused. `credits: null` takes the cap away. A key that has a cap of its own cannot change caps.',
  method: 'PUT',
  path: '/billing/spend-caps',
  scope: 'team',
  right: 'admin',
  body: z.strictObject({
    scope: z.enum(['team', 'workspace', 'key']),
    scope_uid: z
      .uuid()
      .optional()
      .meta({ description: 'The workspace or the key; the calling key, when left out for a key' }),
    period: z.enum(['day', 'month']).default('day'),
    credits: z.number().min(0).max(1_000_000_000).nullable(),
  }),
  response: z.object({ spend_caps: z.array(capShape).meta({ description: 'All caps of the team' }) }),
  errors: [capScopeNotFound, cappedKey],
  examples: { body: { scope: 'team', period: 'month', credits: 500 } },
  handle: ({ body, caller, commit }, { clock }) =>
    commit(async (tx) => {
      await lockFunds(tx, caller.teamId);
      if ((await keyCaps(tx, caller.teamId, caller.keyId)).length > 0)
        throw cappedKey('The key has a spend cap of its own, and cannot change caps');
      const scopeUid = {
        team: caller.teamId,
        workspace: body.scope_uid,
        key: body.scope_uid ?? caller.keyId,
      }[body.scope];
      const known =
        scopeUid !== undefined &&
        (body.scope === 'team' ||
          (body.scope === 'workspace'
            ? (await findWorkspace(tx, caller.teamId, scopeUid)) !== null
            : await hasKey(tx, caller.teamId, scopeUid)));
      if (!known) throw capScopeNotFound(`scope_uid: the team has no such ${body.scope}`);
      const now = clock.now();
      const amountMicros = body.credits === null ? null : creditsToMicros(body.credits);
      await spendCapSet(
        tx,
        caller.teamId,
        { scope: body.scope, scopeUid, period: body.period, amountMicros },
        now,
      );
      return {
        message: 'Spend caps updated successfully',
        spend_caps: await capViews(tx, caller.teamId, now),
      };
    }),
});
