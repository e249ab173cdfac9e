// What an order says, as clients send it.
import { z } from 'zod';
import { contactDetails, forwardingUrl, registrationYears } from '../domains/index.ts';
import { personName, platform } from '../mailboxes/index.ts';

/** As in domains/register; some clients also send the full name and the company, which the other fields say too. */
const orderContact = z
  .strictObject({
    ...contactDetails.shape,
    name: z.string().max(200).optional(),
    company: z.string().max(200).optional(),
  })
  .meta({ id: 'OrderContactDetails' });

const orderMailbox = z.strictObject({
  first_name: personName,
  last_name: personName,
  email: z.string().trim().toLowerCase().min(3).max(320).meta({ example: 'mara@getnorthpeak.com' }),
  platform,
  profile_pic_url: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).optional(),
  sequencer_uid: z.string().max(100).optional(),
});

const orderDomain = z.strictObject({
  name: z.string().trim().min(1).max(260).meta({ example: 'getnorthpeak.com' }),
  redirect_url: forwardingUrl.optional(),
  registration_years: registrationYears.default(1),
  contact_details: orderContact.optional(),
  sequencer: z.string().max(100).nullable().optional(),
  consent_screen_url: z.string().max(2048).nullable().optional(),
  mailboxes: z.array(orderMailbox).default([]),
});

export const orderBody = z.strictObject({
  contact_details: orderContact.optional(),
  domains: z.array(orderDomain).min(1).max(100),
  dry_run: z.boolean().default(false),
});

export type OrderBody = z.infer<typeof orderBody>;
