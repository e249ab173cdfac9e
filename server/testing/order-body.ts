// Bodies of orders for tests, with names that no other test uses.
import { randomBytes } from 'node:crypto';

export const contact = {
  first_name: 'Mara',
  last_name: 'Voss',
  email: 'ops@northpeak.example',
  address_line1: '1 Harbour Street',
  city: 'Portland',
  state: 'OR',
  country: 'US',
  postal_code: '97201',
};

/** A name that is free; `mark` goes into it, e.g. a misbehaviour of the built-in registry. */
export const freshName = (mark = ''): string => `nova${randomBytes(5).toString('hex')}${mark}.com`;

export const mailboxesOn = (domain: string, count: number, platform = 'GOOGLE') =>
  Array.from({ length: count }, (_, index) => ({
    first_name: `Mara${index}`,
    last_name: 'Voss',
    email: `mara${index}@${domain}`,
    platform,
  }));

export const orderOf = (domains: { name: string; mailboxes: object[] }[]) => ({
  contact_details: contact,
  domains: domains.map((domain) => ({ redirect_url: 'https://northpeak.example', ...domain })),
});
