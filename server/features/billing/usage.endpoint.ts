// GET /billing/usage: what was spent, summed up by month, workspace, purpose and domain.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { microsToCredits } from '../price-book/index.ts';
import { addMonths } from './months.ts';
import { chargesBetween } from './usage.ts';

/** The name of the domain that each of these things is or lies on; handed in, because domains come later. */
export type ReadDomainsOf = (db: Db, subjectUids: string[]) => Promise<Map<string, string>>;

const parts = ['month', 'workspace', 'purpose', 'domain'] as const;
type Part = (typeof parts)[number];

const usageRow = z
  .object({
    month: z.string().nullable().meta({ description: '`2026-11`, in UTC' }),
    workspace_id: z.uuid().nullable(),
    purpose: z.string().nullable(),
    domain: z.string().nullable(),
    credits: z.number(),
    items: z.int(),
  })
  .meta({ id: 'UsageRow' });

export const getUsage = (domainsOf: ReadDomainsOf) =>
  defineEndpoint<FeatureContext>()({
    operation: 'billing.usage',
    summary: 'Get usage',
    description:
      'What was charged and not given back, summed up by the parts asked for: `group_by=month,workspace,purpose,domain` ' +
      'or some of them. A part that is not asked for is null in every row. By default the twelve months that end with this one.',
    method: 'GET',
    path: '/billing/usage',
    scope: 'team',
    query: z.strictObject({
      from: orAbsent(z.iso.datetime({ offset: true })),
      until: orAbsent(z.iso.datetime({ offset: true })).meta({ description: 'Not included itself' }),
      group_by: orAbsent(
        z
          .string()
          .transform((text) => text.split(',').map((part) => part.trim()))
          .pipe(z.array(z.enum(parts)).min(1)),
      ),
      workspace_id: orAbsent(z.uuid()),
    }),
    response: z.object({
      from: z.iso.datetime(),
      until: z.iso.datetime(),
      usage: z.array(usageRow),
      total_credits: z.number(),
    }),
    async handle({ caller, query }, { db, clock }) {
      const now = clock.now();
      const monthEnd = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
      const until = query.until === undefined ? monthEnd : new Date(query.until);
      const yearBefore = addMonths(until, -12);
      const from = query.from === undefined ? yearBefore : new Date(query.from);
      const by = new Set<Part>(query.group_by ?? ['month', 'workspace', 'purpose']);
      const charges = await chargesBetween(db, caller.teamId, {
        from,
        until,
        workspaceUid: query.workspace_id,
        each: by.has('domain'),
      });
      const uids = charges.flatMap(({ subjectUid }) => subjectUid ?? []);
      const names = by.has('domain') ? await domainsOf(db, uids) : new Map<string, string>();
      const rows = new Map<string, { micros: number; items: number; at: (string | null)[] }>();
      for (const charge of charges) {
        const at = [
          by.has('month') ? charge.month : null,
          by.has('workspace') ? charge.workspaceUid : null,
          by.has('purpose') ? charge.purpose : null,
          by.has('domain') ? (names.get(charge.subjectUid ?? '') ?? null) : null,
        ];
        const key = JSON.stringify(at);
        const row = rows.get(key) ?? { micros: 0, items: 0, at };
        rows.set(key, { ...row, micros: row.micros + charge.micros, items: row.items + charge.items });
      }
      const usage = [...rows.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { at, micros, items }]) => ({
          month: at[0]!,
          workspace_id: at[1]!,
          purpose: at[2]!,
          domain: at[3]!,
          credits: microsToCredits(micros),
          items,
        }));
      return {
        message: 'Usage retrieved successfully',
        from: from.toISOString(),
        until: until.toISOString(),
        usage,
        total_credits: microsToCredits(charges.reduce((sum, { micros }) => sum + micros, 0)),
      };
    },
  });
