// GET /audit/verify: computes every hash of the chain again.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { type ChainPlace, chainProblem } from '../../../protocols/audit-chain.ts';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { chainedRecord } from './entry.ts';
import { auditPlaceGone } from './errors.ts';
import { placeWhatWaits } from './place.job.ts';
import { place, sha256Hex } from './schema.ts';
import { chainBeginning, chainEnd, chainPlaceAt, entriesAfter } from './store.ts';

const AT_ONCE = 1_000;
const MOST = 100_000;

export const verifyAudit = defineEndpoint<FeatureContext>()({
  operation: 'audit.verify',
  summary: 'Verify the audit chain',
  description:
    `Up to ${MOST} entries in one request; while \`complete\` is false, send \`to.position\` as \`after\`. A chain that ` +
    'somebody with access to the database made anew is intact in itself: note `end` somewhere else now and then, and ' +
    'send it later as `known_position` and `known_hash`.',
  method: 'GET',
  path: '/audit/verify',
  scope: 'team',
  right: 'admin',
  query: z
    .strictObject({
      after: orAbsent(z.coerce.number().int().min(0)),
      known_position: orAbsent(z.coerce.number().int().min(1)),
      known_hash: orAbsent(sha256Hex),
    })
    .refine((query) => (query.known_position === undefined) === (query.known_hash === undefined), {
      error: 'known_position and known_hash are sent together',
      path: ['known_hash'],
    }),
  response: z.object({
    intact: z.boolean(),
    problem: z.string().nullable(),
    entries: z.int().meta({ description: 'Checked by this request' }),
    from: place.meta({ description: 'The place before the first entry that was checked' }),
    to: place.meta({ description: 'The last entry that was right' }),
    end: place.meta({ description: 'The last entry there is' }),
    complete: z.boolean().meta({ description: 'Whether it was checked up to the end' }),
  }),
  errors: [auditPlaceGone],
  async handle({ query, caller }, { db, clock }) {
    await placeWhatWaits({ db, clock });
    const { teamId } = caller;
    const beginning = await chainBeginning(db, teamId);
    const end = await chainEnd(db, teamId);
    const from = query.after === undefined ? beginning : await chainPlaceAt(db, teamId, query.after);
    if (!from) {
      throw auditPlaceGone(
        `The record holds the positions after ${beginning.position} up to ${end.position}`,
        {
          beginning: beginning.position,
          end: end.position,
        },
      );
    }
    const { to, problem } = await walk(db, teamId, from);
    const noted = query.known_position === undefined ? null : await notedProblem(db, teamId, query as Noted);
    const wrong = problem ?? noted;
    return {
      message: wrong === null ? 'The audit chain is intact' : 'The audit chain is broken',
      intact: wrong === null,
      problem: wrong,
      entries: to.position - from.position,
      from,
      to,
      end,
      complete: to.position >= end.position,
    };
  },
});

const walk = async (
  db: Db,
  teamUid: string,
  from: ChainPlace,
): Promise<{ to: ChainPlace; problem: string | null }> => {
  let to = from;
  while (to.position - from.position < MOST) {
    const entries = await entriesAfter(db, teamUid, to.position, AT_ONCE);
    for (const entry of entries) {
      const problem = chainProblem(chainedRecord(entry), to);
      if (problem) return { to, problem };
      to = { position: entry.position, hash: entry.hash };
    }
    if (entries.length < AT_ONCE) break;
  }
  return { to, problem: null };
};

type Noted = { known_position: number; known_hash: string };

const notedProblem = async (
  db: Db,
  teamUid: string,
  { known_position, known_hash }: Noted,
): Promise<string | null> => {
  const found = await chainPlaceAt(db, teamUid, known_position);
  if (found?.hash === known_hash) return null;
  return found
    ? `entry ${known_position} is not the one that was noted`
    : `entry ${known_position} is not in the record`;
};
