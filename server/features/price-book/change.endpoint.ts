// PATCH /admin/price-book: makes the next version of the price book, or says what would be different in it.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { changePrices, priceDifferences } from './change.ts';
import { planInUse, pricesChanged, pricesInvalid } from './errors.ts';
import { pricesChange, pricesSchema } from './prices.ts';
import { pricesInsert, pricesOf } from './store.ts';

/** Which of these plans teams are subscribed to; handed in, because subscriptions build on prices. */
export type PlansInUse = (db: Db, names: string[]) => Promise<string[]>;

const place = z.union([z.string(), z.number(), z.boolean()]).nullable();

export const changePriceBook = (plansInUse: PlansInUse) =>
  defineEndpoint<FeatureContext>()({
    operation: 'price-book.change',
    summary: 'Change the price book',
    description:
      'Makes a new version with the changes in it. `changes` holds only what is to be different: what is left out ' +
      'stays, null takes a plan or a top-level domain off sale, lists are replaced whole. What was charged or quoted ' +
      'before keeps its price. With `dry_run: true` it only answers the differences. For operators of the installation.',
    method: 'PATCH',
    path: '/admin/price-book',
    scope: 'operator',
    right: 'admin',
    body: z.strictObject({
      changes: pricesChange,
      note: z.string().trim().min(1).max(500).meta({ description: 'Why, for the list of versions' }),
      expected_version: z
        .int()
        .min(1)
        .optional()
        .meta({ description: 'Refuses the change when another version is in force' }),
      dry_run: z.boolean().default(false),
    }),
    response: z.object({
      dry_run: z.boolean(),
      version: z.int().meta({ description: 'In force after the change' }),
      differences: z.array(
        z.object({ path: z.string(), before: place, after: place }).meta({ id: 'PriceDifference' }),
      ),
      prices: pricesSchema,
    }),
    errors: [pricesChanged, pricesInvalid, planInUse],
    examples: {
      body: {
        changes: { tlds: { io: { registration_price: 39, renewal_price: 45 } } },
        note: 'We sell .io now',
        dry_run: true,
      },
    },
    async handle({ body, caller, commit }, { db, clock }) {
      const compare = async (on: Db) => {
        const current = (await pricesOf(on))!;
        if (body.expected_version !== undefined && body.expected_version !== current.version) {
          throw changedMeanwhile(body.expected_version, current.version);
        }
        const changed = changePrices(current.prices, body.changes);
        if (!changed.ok) {
          const first = changed.problems[0]!;
          throw pricesInvalid(`changes: ${first.path}: ${first.message}`, { problems: changed.problems });
        }
        const gone = Object.keys(current.prices.plans).filter((name) => !changed.prices.plans[name]);
        const used = gone.length > 0 ? await plansInUse(on, gone) : [];
        if (used.length > 0) throw planInUse(`Teams are subscribed to ${used.join(', ')}`, { plans: used });
        return {
          current,
          prices: changed.prices,
          differences: priceDifferences(current.prices, changed.prices),
        };
      };
      if (body.dry_run) {
        const { current, prices, differences } = await compare(db);
        return {
          message: 'Nothing was changed: this is what would be different',
          dry_run: true,
          version: current.version,
          differences,
          prices,
        };
      }
      return commit(async (tx) => {
        const { current, prices, differences } = await compare(tx);
        if (differences.length === 0) {
          return {
            message: 'The price book says that already',
            dry_run: false,
            version: current.version,
            differences,
            prices,
          };
        }
        const version = current.version + 1;
        const inserted = await pricesInsert(tx, {
          version,
          prices,
          note: body.note,
          madeBy: caller.keyId,
          now: clock.now(),
        });
        if (!inserted) throw changedMeanwhile(current.version, version);
        return { message: 'Price book changed successfully', dry_run: false, version, differences, prices };
      });
    },
  });

const changedMeanwhile = (expected: number, current: number) =>
  pricesChanged(`The price book is in version ${current}, not in ${expected}`, { current_version: current });
