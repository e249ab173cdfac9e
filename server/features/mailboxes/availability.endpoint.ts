// GET /mailboxes/availability: whether an address can be bought, or be the new one of a mailbox.
import { z } from 'zod';
import { splitAddress } from '../../../protocols/mail/address.ts';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { availabilityOf, reasons } from './availability.ts';
import { mailboxNotFound } from './errors.ts';
import { newUsername } from './schema.ts';
import { mailboxFind } from './store.ts';

const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(320)
  .refine((text) => splitAddress(text) !== null, 'email must be an address such as mara@example.com')
  .meta({ example: 'mara@getnorthpeak.com' });

export const mailboxAvailability = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.availability',
  summary: 'Check availability',
  description:
    'Names an address by `email`, or by `username` and `domain`, or by `username` and the `uid` of the mailbox that is to ' +
    'have it instead of its own. A `uid` alone asks about the address that mailbox has.',
  method: 'GET',
  path: '/mailboxes/availability',
  aliases: [{ method: 'GET', path: '/mailboxes/{uid}/availability' }],
  scope: 'workspace',
  keepsToDomains: ['email', 'domain', 'uid'],
  query: z
    .strictObject({
      email: orAbsent(email),
      username: orAbsent(newUsername),
      domain: orAbsent(z.string().trim().toLowerCase().min(1).max(253)),
      uid: orAbsent(uidToFind),
    })
    .refine(
      (sent) =>
        [sent.email, sent.domain, sent.uid].filter((part) => part !== undefined).length === 1 &&
        (sent.email === undefined || sent.username === undefined) &&
        (sent.domain === undefined || sent.username !== undefined),
      { error: 'email is required, or username with domain, or username with uid', path: ['email'] },
    ),
  response: z.object({
    email: z.string(),
    available: z.boolean(),
    reason: z.enum(reasons).nullable(),
  }),
  errors: [mailboxNotFound],
  examples: { response: { message: '', email: 'mara@getnorthpeak.com', available: true, reason: null } },
  async handle({ query, workspace }, { db, settings }) {
    const mailbox = query.uid === undefined ? null : await mailboxFind(db, workspace.uid, { uid: query.uid });
    if (query.uid !== undefined && !mailbox) throw mailboxNotFound('Mailbox not found');
    const domain = query.domain ?? mailbox?.domainName;
    const address = query.email ?? `${query.username ?? mailbox!.username}@${domain}`;
    const { reason, message } = await availabilityOf(db, {
      workspaceUid: workspace.uid,
      address,
      maxPerDomain: settings.maxMailboxesPerDomain,
      renamed: query.username === undefined ? null : mailbox,
    });
    return { message, email: address, available: reason === null, reason };
  },
});
