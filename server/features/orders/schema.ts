// What an order says, as clients send it.
import { z } from 'zod';
import { allOrAbsent, orAbsent } from '../../http/absent.ts';
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
  consent_screen_url: orAbsent(z.string().max(2048)),
  mailboxes: z.array(orderMailbox).default([]),
});

export const orderBody = z.strictObject({
  contact_details: orAbsent(orderContact),
  domains: z.array(orderDomain).min(1).max(100),
  dry_run: z.boolean().default(false),
});

export type OrderBody = z.infer<typeof orderBody>;
