// The shapes that several domain endpoints share.
import { z } from 'zod';
import { microsToCredits } from '../billing/index.ts';
import type { Domain } from './domain.ts';

const text = (max: number) => z.string().trim().min(1).max(max);

/** Registrant data (ICANN needs all of the required ones). */
export const contactDetails = z
  .strictObject({
    first_name: text(100),
    last_name: text(100),
    email: z.email(),
    address_line1: text(200),
    address_line2: z.string().trim().max(200).optional(),
    city: text(100),
    state: text(100),
    country: z
      .string()
      .regex(/^[A-Za-z]{2}$/, { error: 'country must be an ISO 3166-1 code of two letters' }),
    postal_code: text(20),
    phone: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, { error: 'phone must be in E.164 form, e.g. +14155550100' })
      .optional(),
    organization: z.string().trim().max(200).optional(),
  })
  .meta({ id: 'ContactDetails' });

/** A web address; the scheme may be missing, as clients send it both ways. */
export const forwardingUrl = z
  .string()
  .trim()
  .max(2048)
  .transform((value) => (value === '' || /^[a-z]+:\/\//i.test(value) ? value : `https://${value}`))
  .refine((value) => value === '' || isWebAddress(value), { error: 'must be an http or https address' });

const isWebAddress = (value: string): boolean => {
  const url = URL.canParse(value) ? new URL(value) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.hostname.includes('.') && url.username === '';
};

export const registrationYears = z.int().min(1).max(10);

export const priceLine = z.object({ description: z.string(), credits: z.number() }).meta({ id: 'PriceLine' });

export const domainShape = z
  .object({
    uid: z.uuid(),
    id: z.uuid(),
    name: z.string(),
    tld: z.string(),
    price: z.number(),
    status: z.string(),
    status_reason: z.string().nullable(),
    status_since: z.iso.datetime(),
    connection_type: z.enum(['purchased', 'connected']),
    connection_mode: z.string(),
    registration_years: z.int(),
    assigned_mailboxes: z.int(),
    available_mailboxes: z.int(),
    dns_propagation_status: z.string(),
    nameserver_match_status: z.string(),
    last_nameserver_check: z.iso.datetime().nullable(),
    nameservers: z.array(z.string()),
    actual_nameservers: z.array(z.string()),
    renewal_date: z.iso.datetime().nullable(),
    renewal_status: z.string(),
    dmarc_email: z.string().nullable(),
    forwarding_url: z.string().nullable(),
    tags: z.array(z.string()),
    cf_zone_id: z.string().nullable(),
    credential_status: z.string().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Domain' });

/** The row as the API shows it. */
export const domainRow = (domain: Domain, assigned: number, maxMailboxes: number) => ({
  uid: domain.uid,
  id: domain.uid,
  name: domain.name,
  tld: domain.tld,
  price: microsToCredits(domain.priceMicros),
  status: domain.status,
  status_reason: domain.statusReason,
  status_since: domain.statusSince.toISOString(),
  connection_type: domain.connectionType,
  connection_mode: domain.connectionMode,
  registration_years: domain.registrationYears,
  assigned_mailboxes: assigned,
  available_mailboxes: Math.max(0, maxMailboxes - assigned),
  dns_propagation_status: domain.dnsPropagationStatus,
  nameserver_match_status: domain.nameserverMatchStatus,
  last_nameserver_check: domain.lastNameserverCheck?.toISOString() ?? null,
  nameservers: domain.nameservers,
  actual_nameservers: domain.actualNameservers,
  renewal_date: domain.renewalDate?.toISOString() ?? null,
  renewal_status: domain.renewalStatus,
  dmarc_email: domain.dmarcEmail,
  forwarding_url: domain.forwardingUrl,
  tags: [],
  cf_zone_id: null,
  credential_status: null,
  createdAt: domain.createdAt.toISOString(),
  updatedAt: domain.updatedAt.toISOString(),
});
