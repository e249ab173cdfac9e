// POST /people/link: what a link is for, so that a page can ask for what it takes.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { roles } from '../../http/roles.ts';
import { teamName } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { linkNotValid } from './errors.ts';
import { linkSha256, linkToken } from './link.ts';
import { linkByToken } from './link-store.ts';
import { personByEmail, personByUid } from './store.ts';

export const showLink = defineEndpoint<FeatureContext>()({
  operation: 'people.show-link',
  summary: 'Show what a link is for',
  description: 'Uses nothing up. The token is in the body, where no log of a proxy keeps it.',
  method: 'POST',
  path: '/people/link',
  scope: 'public',
  rateLimit: 'sign_in',
  body: z.strictObject({ token: linkToken }),
  response: z.object({
    kind: z.enum(['set_up', 'invitation', 'reset', 'address']),
    team: z.string(),
    email: z.string().nullable().meta({ description: 'Null where whoever follows it says theirs.' }),
    role: z
      .enum(roles)
      .nullable()
      .meta({ description: 'What they become; null for a new password or address.' }),
    has_account: z.boolean().meta({ description: 'Whether they join with the password they have.' }),
    expires_at: z.iso.datetime(),
  }),
  errors: [linkNotValid],
  async handle({ body }, { db, clock }) {
    const link = await linkByToken(db, linkSha256(body.token), clock.now());
    if (!link) throw linkNotValid('The link is not valid');
    const person =
      'personUid' in link
        ? await personByUid(db, link.personUid)
        : link.kind === 'invitation'
          ? await personByEmail(db, link.email)
          : null;
    return {
      message: 'Link retrieved successfully',
      kind: link.kind,
      team: await teamName(db, link.teamUid),
      email: 'email' in link ? link.email : (person?.email ?? null),
      role: 'role' in link ? link.role : null,
      has_account: person !== null,
      expires_at: link.expiresAt.toISOString(),
    };
  },
});
