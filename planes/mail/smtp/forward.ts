/** Mail on its way to an address elsewhere: may it go, with which sender, and with which fields in front. */
import type { Logger } from 'pino';
import type { Db } from '../../../database/database.ts';
import { parseSingleMailbox, splitAddress } from '../../../protocols/mail/address.ts';
import { readHeader } from '../../../protocols/mail/header.ts';
import type { ArcFindings, Seal } from '../seal.ts';
import type { Recipient } from './recipient.ts';
import { SmtpRefusal } from './reply.ts';
import type { Srs } from './srs.ts';

// Far more hosts than mail passes, and few enough that a circle through other systems soon comes to its end. Hosts that
// do not send on count to 100 (RFC 5321 §6.3), so that it ends here, where the reason is known.
const MAX_HOPS = 30;

export type ForwardedMail = {
  /** Envelope sender; empty is the null path. */
  sender: string;
  target: { address: string; domain: string };
  raw: Buffer;
  /** Of the domain that sends it on. */
  workspaceId: string | null;
};

/** @throws SmtpRefusal for a message that has come too far, or a sender that cannot be rewritten. */
export type Forward = (mail: {
  /** With our trace fields; not a byte below them is changed, or signatures would break (RFC 6376 §3.4). */
  message: Buffer;
  sender: string;
  destination: Extract<Recipient['destination'], { kind: 'elsewhere' }>;
  arc: ArcFindings;
  now: Date;
}) => Promise<ForwardedMail>;

export function createForward(options: { db: Db; srs: Srs; seal: Seal; log: Logger }): Forward {
  const { db, srs, seal, log } = options;
  return async ({ message, sender, destination, arc, now }) => {
    const { sentOnBy: domain, address, domain: targetDomain } = destination;
    if (readHeader(message).fields.filter(({ name }) => name === 'received').length > MAX_HOPS) {
      throw new SmtpRefusal(554, '5.4.6', 'Message has passed too many hosts to be sent on');
    }
    // The null path stays: nothing may ever come back to it (RFC 5321 §4.5.5).
    const rewritten = sender === '' ? '' : await srs.rewrite(sender, domain, now);
    if (rewritten === null) {
      throw new SmtpRefusal(550, '5.1.7', 'Sender address is too long for mail that is sent on');
    }
    const owner = await db
      .selectFrom('published.mail_domain')
      .select('workspace_id')
      .where('name', '=', domain)
      .executeTakeFirst();
    const arcSet = await seal(db, message, domain, arc, now).catch((err: unknown) => {
      // The seal is a help for the next host; the mail is what matters.
      log.error({ err, domain }, 'inbound: cannot seal a forwarded message');
      return '';
    });
    return {
      sender: rewritten,
      target: { address, domain: targetDomain },
      raw: Buffer.concat([Buffer.from(arcSet), message]),
      workspaceId: owner?.workspace_id ?? null,
    };
  };
}

/** Domains and addresses that have sent this message on before, by the fields that say so (RFC 9228 §4). */
export function passedBy(message: Buffer): Set<string> {
  const fields = readHeader(message).fields.filter(({ name }) => name === 'delivered-to');
  return new Set(
    fields.flatMap(({ value }) => {
      const address = parseSingleMailbox(value) ?? '';
      const domain = splitAddress(address)?.domain;
      return domain ? [domain, address] : [];
    }),
  );
}
