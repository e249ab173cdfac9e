/**
 * The port other mail systems, and our own queue, deliver to: takes mail for addresses that exist here and for those
 * that domains of ours send on, for nothing else, and writes down what SPF, DKIM, ARC and DMARC say about it.
 */
import type { Logger } from 'pino';
import type { SMTPServerSession } from 'smtp-server';
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { normalizePath } from '../../../protocols/mail/address.ts';
import { authservIdOf } from '../../../protocols/mail/authentication-results.ts';
import { editHeader, type HeaderField } from '../../../protocols/mail/header.ts';
import { readDeliveryReport } from '../message/delivery-report.ts';
import { summaryOf } from '../message/summary.ts';
import type { MailMetrics } from '../metrics.ts';
import { NO_DSN_RECIPIENT } from '../queue/notify.ts';
import type { EnqueueReport } from '../queue/report.ts';
import type { MailResolver } from '../resolver.ts';
import type { Seal } from '../seal.ts';
import { sortRecipients } from './arrival.ts';
import { type ArrivedMail, deliverInRounds } from './deliver.ts';
import { createDirectory } from './directory.ts';
import { createForward } from './forward.ts';
import { type SmtpListener, startSmtpListener } from './listener.ts';
import { findOwnMailbox, findRecipient, type Recipient } from './recipient.ts';
import { SmtpRefusal } from './reply.ts';
import {
  checkRecipientCount,
  checkUtf8Announced,
  dsnEnvelopeOf,
  dsnRecipientOf,
  receivedField,
} from './session.ts';
import type { Srs } from './srs.ts';
import { type DmarcEnforcement, examine } from './verdict.ts';
import type { IsWarmup } from './warmup.ts';

export type InboundOptions = {
  db: Db;
  host: string;
  /** 0 takes a free one. */
  port: number;
  hostname: string;
  tls: { key: string; cert: string };
  resolver: MailResolver;
  srs: Srs;
  seal: Seal;
  enqueueReport: EnqueueReport;
  isWarmup: IsWarmup;
  dmarc: DmarcEnforcement;
  metrics: MailMetrics;
  clock: Clock;
  log: Logger;
};

export function startInbound(options: InboundOptions): Promise<SmtpListener> {
  const { db, hostname, resolver, srs, clock, log } = options;
  const forward = createForward(options);
  const deliver = deliverInRounds(db, options.enqueueReport);
  const directory = createDirectory(db);
  // By the address as the client wrote it, which is how the envelope lists it.
  const recipients = new WeakMap<SMTPServerSession, Map<string, Recipient>>();

  const recipientAt = (address: string, session: SMTPServerSession, passed?: ReadonlySet<string>) =>
    findRecipient(directory, {
      address,
      hostname,
      fromNobody: senderOf(session) === '',
      reverse: (rewritten) => srs.reverse(rewritten, clock.now()),
      ...(passed ? { passed } : {}),
    });

  return startSmtpListener({
    host: options.host,
    port: options.port,
    hostname,
    tls: options.tls,
    implicitTls: false,
    // Nobody signs in here: RFC 6409 §3.1 keeps submission apart from relay.
    smtp: { disabledCommands: ['AUTH'] },
    metrics: options.metrics,
    kind: 'inbound',
    log,
    handlers: {
      async onMailFrom({ address }, session) {
        checkUtf8Announced(address, session);
        if (address !== '' && !normalizePath(address)) {
          throw new SmtpRefusal(553, '5.1.7', 'Sender address is not valid');
        }
        dsnEnvelopeOf(session);
        recipients.set(session, new Map());
      },

      async onRcptTo(recipient, session) {
        const { address } = recipient;
        checkRecipientCount(session);
        checkUtf8Announced(address, session);
        dsnRecipientOf(recipient);
        recipients.get(session)?.set(address, await recipientAt(address, session));
      },

      async onMessage(message, session) {
        const now = clock.now();
        const id = newId();
        const sender = senderOf(session);
        const { remoteAddress, hostNameAppearsAs: helo } = session;
        const verdict = await examine(
          { message, remoteAddress, helo, sender },
          { hostname, resolver, dmarc: options.dmarc },
        );
        log.info({ messageId: id, remoteAddress, disposition: verdict.disposition }, 'inbound: examined');
        if (verdict.disposition === 'reject') {
          throw new SmtpRefusal(550, '5.7.1', `Message rejected: ${verdict.reason}`);
        }
        const { rcptTo, smtpUtf8 = false } = session.envelope;
        const addresses = rcptTo.map(({ address }) => address);
        const received = receivedField(session, { id, hostname, recipients: addresses, now });
        const fields = [verdict.headerFields, received];
        const raw = editHeader(message, fields, (field) => isForged(field, hostname));
        const [only = ''] = addresses;
        const warmup = addresses.length === 1 && (await options.isWarmup(message, only));
        const known = warmup
          ? new Map([[only, await findOwnMailbox(directory, only)]])
          : (recipients.get(session) ?? new Map<string, Recipient>());
        const sorted = await sortRecipients(
          { sender, raw, arc: verdict.arc, recipients: known, now },
          { findAgain: (address, passed) => recipientAt(address, session, passed), forward },
        );
        const junk = verdict.disposition === 'quarantine';
        const asked = new Map(rcptTo.map((rcpt) => [rcpt.address, dsnRecipientOf(rcpt)]));
        const arrived: ArrivedMail = {
          ...sorted,
          ...summaryOf(message),
          sender,
          raw,
          junk,
          warmup,
          now,
          smtpUtf8,
          dsn: dsnEnvelopeOf(session),
          dsnOf: (address) => asked.get(address) ?? NO_DSN_RECIPIENT,
          senderProven: verdict.senderProven,
          // Reports have the null sender (RFC 3464 §2); of anything else it is not worth looking.
          report: sender === '' ? readDeliveryReport(message) : null,
        };
        await deliver(arrived);
        return `2.0.0 Delivered as ${id}`;
      },
    },
  });
}

/** Envelope sender; empty is the null path. */
function senderOf({ envelope: { mailFrom } }: SMTPServerSession): string {
  return (mailFrom && normalizePath(mailFrom.address)?.address) || '';
}

/** Fields that only this host may write (RFC 8601 §5, RFC 5321 §4.4). */
function isForged({ name, value }: HeaderField, hostname: string): boolean {
  if (name === 'authentication-results') return authservIdOf(value) === hostname.toLowerCase();
  return name === 'return-path';
}
