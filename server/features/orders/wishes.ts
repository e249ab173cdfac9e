// Turns an order's body into wishes that the features which own the things understand.
import type { Contact } from '../../../providers/contracts/registrar.ts';
import { contactDetails, type DomainWish, registrableName } from '../domains/index.ts';
import { checkWishes, MAX_MAILBOXES, type MailboxWish } from '../mailboxes/index.ts';
import { emailNotOnDomain, orderTooLarge } from './errors.ts';
import type { OrderBody, OrderContact } from './schema.ts';

/** `sequencers`: which sequencer the mailbox of an address goes to. `consents`: what those of a domain agree to. */
export type OrderWishes = {
  domains: DomainWish[];
  mailboxes: MailboxWish[];
  sequencers: Map<string, string>;
  consents: Map<string, string>;
};

/** Throws the first rule of an order that the body breaks. */
export const orderWishes = (body: OrderBody): OrderWishes => {
  const count = body.domains.reduce((sum, domain) => sum + domain.mailboxes.length, 0);
  if (count > MAX_MAILBOXES) {
    throw orderTooLarge(`The order names ${count} mailboxes, one order may hold ${MAX_MAILBOXES}`, {
      maximum: MAX_MAILBOXES,
      requested: count,
    });
  }
  const domains: DomainWish[] = [];
  const mailboxes: MailboxWish[] = [];
  const sequencers = new Map<string, string>();
  const consents = new Map<string, string>();
  for (const domain of body.domains) {
    const name = registrableName(domain.name);
    if (domain.consent_screen_url) consents.set(name, domain.consent_screen_url);
    domains.push({
      name,
      years: domain.registration_years,
      contact: contactOf(domain.contact_details) ?? contactOf(body.contact_details),
      dmarcEmail: null,
      catchAllEmail: null,
      forwardingUrl: domain.redirect_url ?? null,
    });
    for (const box of domain.mailboxes) {
      const at = box.email.lastIndexOf('@');
      if (box.email.slice(at + 1) !== name || at < 1) {
        throw emailNotOnDomain(`${box.email} is not on ${name}`, { email: box.email, domain: name });
      }
      const sequencer = box.sequencer_uid ?? domain.sequencer;
      if (sequencer) sequencers.set(box.email, sequencer);
      mailboxes.push({
        username: box.email.slice(0, at),
        domainName: name,
        firstName: box.first_name,
        lastName: box.last_name,
        platform: box.platform,
        profilePicture: box.profile_pic_url ?? null,
        months: 1,
      });
    }
  }
  checkWishes(mailboxes);
  return { domains, mailboxes, sequencers, consents };
};

/** Null for a contact that no registry would take; see the schema. */
const contactOf = (sent: OrderContact | undefined): Contact | null => {
  const { name: _sameAsFirstAndLast, company, ...contact } = sent ?? {};
  const whole = contactDetails.safeParse({
    ...contact,
    country: contact.country?.toUpperCase(),
    organization: contact.organization ?? company,
  });
  return whole.success ? whole.data : null;
};
