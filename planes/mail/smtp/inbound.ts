/**
 * The port other mail systems, and our own queue, deliver to: takes mail for addresses that exist here and for
 * nothing else, and writes down what SPF, DKIM and DMARC say about it.
 */
import type { Logger } from 'pino';
import type { SMTPServerSession } from 'smtp-server';
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { normalizePath } from '../../../protocols/mail/address.ts';
import { authservIdOf } from '../../../protocols/mail/authentication-results.ts';
import { editHeader, type HeaderField } from '../../../protocols/mail/header.ts';
import { formatReturnPath } from '../../../protocols/mail/trace.ts';
import type { EnqueueBounce } from '../queue/bounce.ts';
import type { MailResolver } from '../resolver.ts';
import { deliverLocally } from './deliver.ts';
import { type SmtpListener, startSmtpListener } from './listener.ts';
import { findRecipient } from './recipient.ts';
import { SmtpRefusal } from './reply.ts';
import { checkRecipientCount, receivedField } from './session.ts';
import { examine } from './verdict.ts';

export type InboundOptions = {
  db: Db;
  host: string;
  /** 0 takes a free one. */
  port: number;
  hostname: string;
  tls: { key: string; cert: string };
  resolver: MailResolver;
  enqueueBounce: EnqueueBounce;
  clock: Clock;
  log: Logger;
};

export function startInbound(options: InboundOptions): Promise<SmtpListener> {
  const { db, hostname, resolver, clock, log } = options;
  // By the address as the client wrote it, which is how the envelope lists it.
  const mailboxIds = new WeakMap<SMTPServerSession, Map<string, string>>();

  return startSmtpListener({
    host: options.host,
    port: options.port,
    hostname,
    tls: options.tls,
    implicitTls: false,
    // Nobody signs in here: RFC 6409 §3.1 keeps submission apart from relay.
    smtp: { disabledCommands: ['AUTH'] },
    log,
    handlers: {
      async onMailFrom({ address }, session) {
        if (address !== '' && !normalizePath(address)) {
          throw new SmtpRefusal(553, '5.1.7', 'Sender address is not valid');
        }
        mailboxIds.set(session, new Map());
      },

      async onRcptTo({ address }, session) {
        checkRecipientCount(session);
        mailboxIds.get(session)?.set(address, await findRecipient(db, address, hostname));
      },

      async onMessage(message, session) {
        const now = clock.now();
        const id = newId();
        const { mailFrom, rcptTo } = session.envelope;
        const sender = (mailFrom && normalizePath(mailFrom.address)?.address) || '';
        const { remoteAddress, hostNameAppearsAs: helo } = session;
        const verdict = await examine({ message, remoteAddress, helo, sender }, { hostname, resolver });
        log.info({ messageId: id, remoteAddress, disposition: verdict.disposition }, 'inbound: examined');
        if (verdict.disposition === 'reject') {
          throw new SmtpRefusal(550, '5.7.1', `Message rejected: ${verdict.reason}`);
        }
        const addresses = rcptTo.map(({ address }) => address);
        const received = receivedField(session, { id, hostname, recipients: addresses, now });
        const added = [formatReturnPath(sender), verdict.headerFields, received];
        const recipients = new Map<string, string>();
        for (const address of addresses) {
          const mailboxId = mailboxIds.get(session)?.get(address);
          if (mailboxId) recipients.set(mailboxId, address);
        }
        const raw = editHeader(message, added, (field) => isForged(field, hostname));
        const junk = verdict.disposition === 'quarantine';
        await deliverLocally(db, { sender, recipients, raw, junk, now }, options.enqueueBounce);
        return `2.0.0 Delivered as ${id}`;
      },
    },
  });
}

/** Fields that only this host may write (RFC 8601 §5, RFC 5321 §4.4). */
function isForged({ name, value }: HeaderField, hostname: string): boolean {
  if (name === 'authentication-results') return authservIdOf(value) === hostname.toLowerCase();
  return name === 'return-path';
}
