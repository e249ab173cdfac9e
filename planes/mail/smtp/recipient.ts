/**
 * Where mail for an address at this installation goes: into a mailbox, or on to an address elsewhere.
 *
 * The row of a domain in published.mail_forward sends mail on, and so does a mailbox that forwards, possibly to another
 * domain or mailbox of ours that does the same. All of that way is gone here, while the sending host waits for the reply to RCPT: it hears at once of an address at
 * the end that does not exist, and a circle never starts to turn.
 */
import {
  normalizeAddress,
  normalizePath,
  splitAddress,
  withoutDetail,
} from '../../../protocols/mail/address.ts';
import { SRS_VALID_DAYS, type SrsReversal } from '../../../protocols/mail/srs.ts';
import type { Directory, MailboxAt } from './directory.ts';
import { SmtpRefusal } from './reply.ts';

// RFC 5321 §4.5.1 and RFC 2142 §2, §4: every domain that takes mail answers for these.
const ROLE_NAMES = ['postmaster', 'abuse'];
// Each step may ask the database several times; nobody has a use for that many.
const MAX_STEPS = 10;

export type Recipient = {
  /** Addresses whose domain or mailbox sent the mail on, in order. Empty for mail that stays where it was sent. */
  via: string[];
  /** Mailboxes on the way that sent it on and have a copy too, each with the way up to it. */
  kept: { mailboxId: string; via: string[] }[];
  destination:
    | { kind: 'mailbox'; mailboxId: string }
    /** `sentOnBy` is the domain of ours that sends it on. */
    | { kind: 'elsewhere'; address: string; domain: string; sentOnBy: string };
};

export type RecipientQuestion = {
  /** As the client wrote it. */
  address: string;
  hostname: string;
  /** The mail has the null sender, as delivery reports have (RFC 5321 §4.5.5). */
  fromNobody: boolean;
  /** Reads the senders that mail was sent on with. */
  reverse: (address: string) => Promise<SrsReversal>;
  /** Domains whose row, and addresses whose mailbox, has sent this message on before. It passes each once. */
  passed?: ReadonlySet<string>;
};

/**
 * @throws SmtpRefusal 550 5.7.1 when the domain is not hosted here, 5.1.1 when there is no such address, 5.2.1 when the
 * mailbox is archived; 450 4.2.1 when it is suspended; 554 5.4.6 when the mail would go in circles.
 */
export async function findRecipient(directory: Directory, question: RecipientQuestion): Promise<Recipient> {
  const { address: given, hostname } = question;
  // RFC 5321 §4.1.1.3: "postmaster" without a domain is this host's.
  const isHosts = ['postmaster', `postmaster@${hostname.toLowerCase()}`].includes(given.toLowerCase());
  let path = normalizePath(isHosts ? `postmaster@${await domainOfHost(directory, hostname)}` : given);
  if (!path) throw new SmtpRefusal(553, '5.1.3', 'Recipient address is not valid');
  const via: string[] = [];
  const kept: Recipient['kept'] = [];
  const passed = new Set(question.passed);
  let sentOnBy: string | null = null;
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    let step: Step;
    try {
      step = await nextStep(directory, path, { ...question, passed, sentOn: via.length > 0 });
    } catch (error) {
      // Somebody has it: that a further copy cannot arrive is not the sender's concern.
      const last = kept.pop();
      if (!last || !(error instanceof SmtpRefusal) || error.responseCode < 500) throw error;
      return { via: last.via, kept, destination: { kind: 'mailbox', mailboxId: last.mailboxId } };
    }
    if (step.kind === 'mailbox') {
      const { id: mailboxId, address, forwardTo } = step.mailbox;
      if (forwardTo === null || passed.has(address)) {
        return { via, kept, destination: { kind: 'mailbox', mailboxId } };
      }
      if (step.mailbox.keepsCopy) kept.push({ mailboxId, via: [...via] });
      via.push(address);
      passed.add(address);
      sentOnBy = splitAddress(address)!.domain;
      path = normalizePath(forwardTo);
      if (!path) throw noAddress();
      continue;
    }
    if (step.kind === 'foreign') {
      // Only mail that a domain of ours sends on goes to others (no open relay, RFC 5321 §7.9).
      if (!sentOnBy) {
        throw new SmtpRefusal(550, '5.7.1', 'Relaying denied, this host takes no mail for that domain');
      }
      return { via, kept, destination: { kind: 'elsewhere', ...path, sentOnBy } };
    }
    sentOnBy = path.domain;
    if (step.kind === 'sent on') {
      via.push(normalizeAddress(path.address) ?? path.address);
      passed.add(path.domain);
    }
    path = normalizePath(step.to);
    if (!path) throw noAddress();
  }
  throw inCircles();
}

/**
 * The mailbox that has the address itself, whatever else is done with mail for it: for the installation's own letters,
 * which are sent on by no rule of their recipient's.
 *
 * @throws SmtpRefusal as `findRecipient` does
 */
export async function findOwnMailbox(directory: Directory, given: string): Promise<Recipient> {
  const mailbox = await directory.mailbox(normalizeAddress(given) ?? given);
  if (!mailbox) throw new SmtpRefusal(550, '5.1.1', 'There is no such address here');
  if (!receives(mailbox)) throw closed(mailbox, 'This mailbox');
  return { via: [], kept: [], destination: { kind: 'mailbox', mailboxId: mailbox.id } };
}

// A host is seldom a domain with mailboxes, but in one: mail.example.com in example.com.
async function domainOfHost(directory: Directory, hostname: string): Promise<string> {
  const labels = hostname.toLowerCase().split('.');
  for (let at = 0; at < labels.length - 1; at += 1) {
    const domain = labels.slice(at).join('.');
    if (await directory.domain(domain)) return domain;
  }
  return hostname;
}

type Step =
  | { kind: 'mailbox'; mailbox: MailboxAt }
  /** Not hosted here. */
  | { kind: 'foreign' }
  /** The row of the domain sends it on. */
  | { kind: 'sent on'; to: string }
  /** It is a report about mail that was sent on from here, for the sender of that. */
  | { kind: 'returned'; to: string };

async function nextStep(
  directory: Directory,
  path: { address: string; domain: string },
  question: RecipientQuestion & { passed: ReadonlySet<string>; sentOn: boolean },
): Promise<Step> {
  const { domain } = path;
  const hosted = await directory.domain(domain);
  if (!hosted) return { kind: 'foreign' };
  // Before the rows of the domain: these addresses are none of its owner's, and whoever has one is owed the report.
  const reversal = await question.reverse(path.address);
  if (reversal.result !== 'none') return { kind: 'returned', to: senderOf(reversal, question.fromNobody) };

  const { everything, remaining } = hosted;
  const passed = question.passed.has(domain);
  if (everything && !passed) return { kind: 'sent on', to: everything };
  const address = normalizeAddress(path.address) ?? path.address;
  const mailbox = await directory.mailbox(address);
  if (mailbox && receives(mailbox)) return { kind: 'mailbox', mailbox };
  const subject = question.sentOn ? 'Mail for this address is sent on to a mailbox that' : 'This mailbox';
  if (mailbox) throw closed(mailbox, subject);
  if (passed && (everything || remaining)) throw inCircles();
  if (remaining) return { kind: 'sent on', to: remaining };
  const isRole = ROLE_NAMES.includes(splitAddress(withoutDetail(address))?.localPart ?? '');
  const first = isRole && (await directory.firstMailbox(domain));
  if (first) return { kind: 'mailbox', mailbox: first };
  throw new SmtpRefusal(
    550,
    '5.1.1',
    question.sentOn
      ? 'Mail for this address is sent on to an address that does not exist'
      : 'There is no such address here',
  );
}

/** A mailbox its owner has paused is closed to its owner only. */
const receives = ({ status }: { status: string }): boolean => status === 'active' || status === 'inactive';

/**
 * RFC 3463 §3.3: X.2.1 is permanent for a mailbox that is not expected back, and transient for one that is disabled for
 * a time: the sending host then keeps the mail, for days (RFC 5321 §4.5.4.1), and delivers it when the mailbox is back.
 */
const closed = ({ status }: { status: string }, subject: string): SmtpRefusal =>
  status === 'archived'
    ? new SmtpRefusal(550, '5.2.1', `${subject} is closed`)
    : new SmtpRefusal(450, '4.2.1', `${subject} is suspended, try again later`);

/** @throws SmtpRefusal when it is not for the sender, or not from a mail system. */
function senderOf(reversal: Exclude<SrsReversal, { result: 'none' }>, fromNobody: boolean): string {
  if (reversal.result === 'forged') {
    throw new SmtpRefusal(550, '5.7.1', 'This address was not made here');
  }
  if (reversal.result === 'expired') {
    throw new SmtpRefusal(550, '5.1.1', `This address was valid for ${SRS_VALID_DAYS} days, and is no more`);
  }
  // Anybody who has seen one would have a relay to its owner otherwise.
  if (!fromNobody) {
    throw new SmtpRefusal(550, '5.7.1', 'This address takes delivery reports only, from the null sender');
  }
  return reversal.address;
}

/** The sender is to keep the mail until somebody has corrected it. */
const noAddress = (): SmtpRefusal =>
  new SmtpRefusal(451, '4.3.5', 'Mail for this address is sent on to what is no address');

const inCircles = (): SmtpRefusal =>
  new SmtpRefusal(554, '5.4.6', 'Mail for this address is sent on in circles');
