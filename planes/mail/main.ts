/** The mail plane in one process: sign-in, the exchange of mail by SMTP, and IMAP. */
import { systemClock } from '../../database/clock.ts';
import { type MailExchangeOptions, startMailExchange } from './exchange.ts';
import { startImapServer } from './imap/server.ts';
import { createLogin } from './login.ts';

export type MailPlaneOptions = Omit<MailExchangeOptions, 'authenticate' | 'clock' | 'listeners'> & {
  /** Ports of 0 take a free one. */
  listeners: MailExchangeOptions['listeners'] & { imapPort: number; imapsPort: number };
  clock?: MailExchangeOptions['clock'];
};

export type MailPlane = {
  smtpPort: number;
  submissionPort: number;
  submissionsPort: number;
  imapPort: number;
  imapsPort: number;
  /** Drains: takes nothing new, and no accepted message is lost. */
  close(): Promise<void>;
};

/** Starts all of it, or nothing: what was started is closed again when a later part fails. */
export async function startMailPlane(options: MailPlaneOptions): Promise<MailPlane> {
  const { databaseUrl, db, tls, listeners, clock = systemClock, log } = options;
  // Last started, first closed: the listeners stop before the login they use does.
  const started: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const part of started.splice(0)) await part.close();
  };
  try {
    const login = await createLogin({ databaseUrl, db, clock, log });
    started.unshift(login);
    const { authenticate } = login;
    const exchange = await startMailExchange({ ...options, authenticate, clock });
    started.unshift(exchange);
    const { host, imapPort, imapsPort } = listeners;
    const imap = await startImapServer({
      databaseUrl,
      db,
      host,
      imapPort,
      imapsPort,
      tls,
      authenticate,
      log,
    });
    started.unshift(imap);
    return {
      smtpPort: exchange.smtpPort,
      submissionPort: exchange.submissionPort,
      submissionsPort: exchange.submissionsPort,
      imapPort: imap.imapPort,
      imapsPort: imap.imapsPort,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
