// GET /people: who is in the team, and who is invited.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { pageAnswer, pageFields, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { invitationList } from './link-store.ts';
import { type Factors, invitationRow, invitationShape, personRow, personShape } from './schema.ts';
import { memberList } from './store.ts';

/** What is known of how people prove who they are; handed in, because that comes later in the order. */
export type ReadFactors = (db: Db, personUids: readonly string[]) => Promise<Map<string, Factors>>;

const MOST_INVITATIONS = 500;

export const listPeople = (readFactors: ReadFactors) =>
  defineEndpoint<FeatureContext>()({
    operation: 'people.list',
    summary: 'List people',
    method: 'GET',
    path: '/people',
    aliases: [{ method: 'GET', path: '/people/list' }],
    scope: 'team',
    query: z.strictObject(pageQuery),
    response: z.object({
      people: z.array(personShape).meta({ description: 'In the order they joined.' }),
      invitations: z
        .array(invitationShape)
        .meta({ description: 'Those nobody has followed yet, on every page; newest first.' }),
      ...pageAnswer,
    }),
    errors: [],
    async handle({ query, caller }, { db }) {
      const { members, total } = await memberList(db, caller.teamId, query);
      const factors = await readFactors(
        db,
        members.map(({ uid }) => uid),
      );
      const invitations = await invitationList(db, caller.teamId, MOST_INVITATIONS);
      return {
        message: 'People retrieved successfully',
        people: members.map((member) => personRow(member, factors.get(member.uid))),
        invitations: invitations.map(invitationRow),
        ...pageFields(query, total),
      };
    },
  });
