/**
 * Message submission (RFC 6409): people and sequencers hand in mail of their own mailbox, on a port with
 * STARTTLS and on one with TLS from the start (RFC 8314). Accepted mail is in the queue on disk.
 */
import type { Logger } from 'pino';
import type { SMTPServerAuthentication, SMTPServerSession } from 'smtp-server';
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import { inRounds } from '../../../database/rounds.ts';
import { newId } from '../../../database/uuid.ts';
import { belongsTo, normalizeAddress, normalizePath, splitAddress } from '../../../protocols/mail/address.ts';
import type { Authenticate, MailLogin } from '../login.ts';
import { BEARER_REFUSED, mailboxOfToken } from '../mail-token.ts';
import { summaryOf } from '../message/summary.ts';
import type { MailMetrics } from '../metrics.ts';
import type { SendLimits } from '../queue/allowance.ts';
import { type Addressed, findSuppressions, type Suppression } from '../queue/bounces.ts';
import type { HoldElsewhere } from '../queue/store.ts';
import { acceptInRounds } from './accept.ts';
import { checkAuthor, completeHeader } from './author.ts';
import {
  type SmtpAuthOutcome,
  type SmtpHandlers,
  type SmtpListener,
  startSmtpListener,
  UNKNOWN_COMMANDS,
} from './listener.ts';
import { SmtpRefusal } from './reply.ts';
import {
  checkRecipientCount,
  checkUtf8Announced,
  dsnEnvelopeOf,
  dsnRecipientOf,
  receivedField,
} from './session.ts';

const MAX_FAILED_LOGINS_PER_CONNECTION = 5;
const MOST_LOOK_UPS_AT_ONCE = 200;

export type SubmissionOptions = {
  db: Db;
  authenticate: Authenticate;
  host: string;
  /** Port with STARTTLS; 0 takes a free one. */
  submissionPort: number;
  /** Port with TLS from the first byte. */
  submissionsPort: number;
  hostname: string;
  tls: { key: string; cert: string };
  limits: SendLimits;
  holdElsewhere: HoldElsewhere;
  metrics: MailMetrics;
  clock: Clock;
  log: Logger;
};

export type Submission = { submissionPort: number; submissionsPort: number; close(): Promise<void> };

export async function startSubmission(options: SubmissionOptions): Promise<Submission> {
  const { host, hostname, tls, log } = options;
  const common = {
    host,
    hostname,
    tls,
    log,
    metrics: options.metrics,
    kind: 'submission' as const,
    handlers: createHandlers(options),
    smtp: {
      authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2', 'OAUTHBEARER'],
      authRequiredMessage: '5.7.0 Authentication required',
    },
  };
  const starttls = await startSmtpListener({ ...common, port: options.submissionPort, implicitTls: false });
  let implicit: SmtpListener;
  try {
    implicit = await startSmtpListener({ ...common, port: options.submissionsPort, implicitTls: true });
  } catch (error) {
    await starttls.close();
    throw error;
  }
  return {
    submissionPort: starttls.port,
    submissionsPort: implicit.port,
    close: async () => {
      await Promise.all([starttls.close(), implicit.close()]);
    },
  };
}

function createHandlers(options: SubmissionOptions): SmtpHandlers {
  const { db, authenticate, hostname, clock, log } = options;
  const failedLogins = new WeakMap<SMTPServerSession, number>();
  const accept = acceptInRounds(options);
  const findSuppression = inRounds({
    most: MOST_LOOK_UPS_AT_ONCE,
    round: (addressed: readonly Addressed[]) => findSuppressions(db, addressed),
  });

  const onAuth = async (
    attempt: SMTPServerAuthentication,
    session: SMTPServerSession,
  ): Promise<SmtpAuthOutcome> => {
    const { username = '', password, accessToken, authcid, authzid } = attempt;
    let login: MailLogin | null = null;
    // RFC 4616 §2: acting for somebody else than oneself is not offered.
    const forAnother = authcid && authzid && normalizeAddress(authcid) !== normalizeAddress(authzid);
    const proof = accessToken
      ? { token: accessToken }
      : password && !forAnother
        ? { secret: password }
        : null;
    if (proof) {
      const { remoteAddress } = session;
      try {
        login = await authenticate({ address: username, ...proof, protocol: 'smtp', remoteAddress });
      } catch (err) {
        log.error({ err }, 'submission: cannot check credentials');
        throw new SmtpRefusal(454, '4.7.0', 'Temporary authentication failure');
      }
    }
    if (login) return { user: login };
    const failures = (failedLogins.get(session) ?? 0) + 1;
    failedLogins.set(session, failures);
    if (failures >= MAX_FAILED_LOGINS_PER_CONNECTION) {
      throw new SmtpRefusal(421, '4.7.0', 'Too many failed logins');
    }
    if (accessToken) return { data: BEARER_REFUSED };
    throw new SmtpRefusal(535, '5.7.8', 'Authentication credentials invalid');
  };

  return {
    // Before TLS, AUTH is neither offered nor known: no client is led to send its password in the clear.
    onConnect: (session) => {
      session.disabledCommands = session.secure ? UNKNOWN_COMMANDS : [...UNKNOWN_COMMANDS, 'AUTH'];
    },
    onSecure: (session) => {
      session.disabledCommands = UNKNOWN_COMMANDS;
    },
    onAuth,

    async onMailFrom({ address }, session) {
      const login = loginOf(session);
      // Asked for each message, because a session may last for hours.
      if (login.tokenHash && (await mailboxOfToken(db, login.tokenHash, clock.now())) !== login.id) {
        throw new SmtpRefusal(421, '4.7.0', 'The access of this program is over, sign in again');
      }
      checkUtf8Announced(address, session);
      dsnEnvelopeOf(session);
      // The null path is for receipts and automatic answers (RFC 8098 §2.1, RFC 3834 §3.3).
      if (address === '') return;
      const sender = normalizeAddress(address);
      const addresses = addressesOf(login);
      if (!sender || !addresses.some((own) => belongsTo(sender, own))) {
        throw new SmtpRefusal(553, '5.7.1', `Sender address must be ${addresses.join(' or ')}`);
      }
    },

    async onRcptTo(recipient, session) {
      const { address } = recipient;
      checkRecipientCount(session);
      checkUtf8Announced(address, session);
      dsnRecipientOf(recipient);
      if (!normalizePath(address)) throw new SmtpRefusal(553, '5.1.3', 'Recipient address is not valid');
      const { workspaceId } = loginOf(session);
      const suppression = await findSuppression({ workspaceId, address });
      if (suppression) throw isSuppressed(address, suppression);
    },

    async onMessage(message, session) {
      const login = loginOf(session);
      checkAuthor(message, addressesOf(login));
      const now = clock.now();
      const id = newId();
      const domain = splitAddress(login.address)?.domain ?? hostname;
      const recipients = session.envelope.rcptTo.flatMap((recipient) => {
        const path = normalizePath(recipient.address);
        return path ? [{ ...path, dsn: dsnRecipientOf(recipient) }] : [];
      });
      const completed = completeHeader(message, domain, now);
      const trace = { id, hostname, recipients: recipients.map(({ address }) => address), now };
      const raw = Buffer.concat([Buffer.from(receivedField(session, trace)), completed]);
      const { mailFrom, smtpUtf8 = false } = session.envelope;
      const sender = (mailFrom && normalizePath(mailFrom.address)?.address) || '';
      const about = { ...summaryOf(completed), smtpUtf8, dsn: dsnEnvelopeOf(session) };
      const { id: mailboxId, workspaceId } = login;
      await accept({
        login,
        domain,
        mail: { ...about, id, sender, recipients, raw, signingDomain: domain, mailboxId, workspaceId, now },
      });
      log.info({ messageId: id, mailboxId: login.id, recipients: recipients.length }, 'submission: queued');
      return `2.0.0 Queued as ${id}`;
    },
  };
}

function isSuppressed(address: string, { reason, createdAt }: Suppression): SmtpRefusal {
  const since = createdAt.toISOString().slice(0, 10);
  // A reply is ASCII (RFC 5321 §4.2) and no longer than 512 octets (§4.5.3.1.5).
  const why = reason ? `: ${reason.replace(/[^\x20-\x7e]/g, '?').slice(0, 120)}` : '';
  return new SmtpRefusal(
    550,
    '5.7.1',
    `${address} is on the suppression list of the workspace since ${since}${why}`,
  );
}

const addressesOf = ({ address, aliases }: MailLogin): string[] => [address, ...aliases];

function loginOf(session: SMTPServerSession): MailLogin {
  if (!session.user) throw new SmtpRefusal(530, '5.7.0', 'Must issue a STARTTLS command first');
  return session.user as MailLogin;
}
