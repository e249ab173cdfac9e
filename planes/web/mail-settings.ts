// Where mail programs look for the settings of a domain that has mail here: at `autoconfig.` and `autodiscover.` of the
// domain, and at the domain itself below a path kept for it.
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Db } from '../../database/database.ts';
import {
  addressInQuestion,
  autoconfigXml,
  autodiscoverXml,
  type MailServers,
} from '../../protocols/mail/client-settings.ts';
import { Kept } from './kept.ts';

/** Whether mail of a domain is served here. */
export type HasMail = (domain: string) => Promise<boolean>;

const FRESH_MS = 5_000;
const MOST_KEPT = 20_000;
/** A question of Outlook's is some hundred bytes. */
const LONGEST_QUESTION_BYTES = 64 * 1024;

export const rememberMailDomains = (db: Db, log: Pick<Logger, 'info' | 'warn'>): HasMail => {
  const kept = new Kept<boolean>({
    read: async (domain) => {
      const row = await db
        .selectFrom('published.mail_domain')
        .select('name')
        .where('name', '=', domain)
        .executeTakeFirst();
      return row !== undefined;
    },
    freshMs: () => FRESH_MS,
    most: MOST_KEPT,
    onAway: (err) => log.warn({ err }, 'the database is away; mail settings are answered from memory'),
    onBack: () => log.info('the database is back; mail domains are read again'),
  });
  return (domain) => kept.get(domain);
};

type Asked = { kind: 'autoconfig' | 'autodiscover'; domain: string };

/** What a request asks for; null for everything that is no place where mail programs look. */
export const settingsAsked = (host: string, path: string): Asked | null => {
  const place = path.split('?')[0]!.toLowerCase();
  const [, label, domain] = /^(autoconfig|autodiscover)\.(.+\..+)$/.exec(host) ?? [];
  if (label === 'autoconfig' && place === '/mail/config-v1.1.xml')
    return { kind: 'autoconfig', domain: domain! };
  // Outlook asks at the domain itself as well, and both write the path in more than one way.
  if (place === '/autodiscover/autodiscover.xml') {
    return { kind: 'autodiscover', domain: label === 'autodiscover' ? domain! : host };
  }
  if (place === '/.well-known/autoconfig/mail/config-v1.1.xml') {
    return { kind: 'autoconfig', domain: label === 'autoconfig' ? domain! : host };
  }
  return null;
};

/** The document that answers; null when mail of the domain is not served here. */
export const settingsDocument = async (
  asked: Asked,
  request: IncomingMessage,
  servers: MailServers,
  hasMail: HasMail,
): Promise<string | null> => {
  if (!(await hasMail(asked.domain))) return null;
  if (asked.kind === 'autoconfig') return autoconfigXml(asked.domain, servers);
  const address = addressInQuestion(await bodyOf(request));
  // A login of another domain is none here, and this is no place to learn which addresses there are.
  const isOurs = address?.toLowerCase().endsWith(`@${asked.domain}`) ?? false;
  return autodiscoverXml(isOurs ? address : null, servers);
};

/** What is longer than any question is cut off, and then no question. */
const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  // The connection outlives a question that is too long: what is left of it is dropped when the answer is sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length;
    if (length > LONGEST_QUESTION_BYTES) return '';
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
};
