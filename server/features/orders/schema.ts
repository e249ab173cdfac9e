// What an order says, as clients send it.
import { z } from 'zod';
import { allOrAbsent, orAbsent } from '../../http/absent.ts';
import { uidToFind } from '../../http/uid.ts';
import { consentUrl } from '../consent-requests/index.ts';
import { contactDetails, forwardingUrl, registrationYears } from '../domains/index.ts';
import { personName, pictureUrl, platform } from '../mailboxes/index.ts';

/**
 * As in domains/register, but nothing of it is required: clients send what they happen to know. Some also send the
 * full name and the company, which the other fields say too.
 */
const orderContact = z
  .strictObject(
    allOrAbsent({
      ...contactDetails.shape,
      name: z.string().max(200),
      company: z.string().max(200),
    }),
  )
  .meta({
    id: 'OrderContactDetails',
    description:
      'The registrant. One that lacks a field which registries require (all but `address_line2`, `phone`, ' +
      '`organization`, `name` and `company`) counts as none: the domain is then registered to the contact of the ' +
      'order, or without one to that of the installation.',
  });

export type OrderContact = z.infer<typeof orderContact>;

const orderMailbox = z.strictObject({
  first_name: personName,
  last_name: personName,
  email: z.string().trim().toLowerCase().min(3).max(320).meta({ example: 'mara@getnorthpeak.com' }),
  platform,
  profile_pic_url: pictureUrl,
  sequencer_uid: orAbsent(z.string().max(100)),
});

const orderDomain = z.strictObject({
  name: z.string().trim().min(1).max(260).meta({ example: 'getnorthpeak.com' }),
  redirect_url: orAbsent(forwardingUrl),
  registration_years: registrationYears.default(1),
  contact_details: orAbsent(orderContact),
  sequencer: orAbsent(z.string().max(100)),
  consent_screen_url: orAbsent(consentUrl).meta({
    description:
      'Every mailbox of the domain agrees to it once it is active, by a consent request; the client has to be on the ' +
      'allow-list of the workspace. What comes of it is in the order, and fails nothing that was bought.',
  }),
  mailboxes: z.array(orderMailbox).default([]),
});

/** What an order says beside its domains. */
export const orderFields = { contact_details: orAbsent(orderContact) };
export const orderDomains = z.array(orderDomain).min(1).max(100);

export const orderBody = z
  .strictObject({
    ...orderFields,
    domains: orderDomains.optional(),
    quote_uid: uidToFind.optional().meta({
      format: 'uuid',
      description:
        'Places the order that was quoted, at the quoted price; `domains` beside it are not looked at',
    }),
    wait_for_funds: z
      .boolean()
      .default(false)
      .meta({
        description:
          'With a wallet that is too low, the order is taken all the same and goes on by itself when credits arrive, ' +
          'for a week at most',
      }),
    dry_run: z.boolean().default(false),
  })
  .refine(({ quote_uid, wait_for_funds }) => quote_uid === undefined || !wait_for_funds, {
    error: 'wait_for_funds cannot be used with quote_uid: send it to POST /quotes/{uid}/accept',
    path: ['wait_for_funds'],
  })
  .refine(({ domains, quote_uid }) => domains !== undefined || quote_uid !== undefined, {
    error: 'domains is required, or quote_uid in its place',
    path: ['domains'],
  });

export type OrderBody = { contact_details?: OrderContact; domains: z.infer<typeof orderDomains> };
