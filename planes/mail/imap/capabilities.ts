// What the server says it can do, which depends on who asks and how safely.
import type { ImapLimits } from './limits.ts';

// Each stands for a document whose every requirement is met; a client stops asking once it has read a name here.
const extensions = [
  'LITERAL+', // RFC 7888
  'SASL-IR', // RFC 4959
  'ID',
  'ENABLE',
  'IDLE',
  'NAMESPACE',
  'UNSELECT',
  'UIDPLUS',
  'MOVE',
  'CHILDREN',
  'SPECIAL-USE',
  'CREATE-SPECIAL-USE',
  'LIST-EXTENDED',
  'LIST-STATUS',
  'STATUS=SIZE', // RFC 8438
  'CONDSTORE',
  'QRESYNC',
  'ESEARCH',
  'SEARCHRES',
  'WITHIN',
  'SORT',
  'SORT=DISPLAY',
  'ESORT',
  'THREAD=ORDEREDSUBJECT',
  'THREAD=REFERENCES',
  'MULTIAPPEND',
  'BINARY',
  'OBJECTID',
  'QUOTA',
  'QUOTA=RES-STORAGE',
];

/** Without TLS nobody may send a password: LOGINDISABLED (RFC 9051 §6.2.3). */
export const capabilities = (
  { secure, signedIn }: { secure: boolean; signedIn: boolean },
  limits: ImapLimits,
): string => {
  const login = secure
    ? ['AUTH=PLAIN', 'AUTH=LOGIN', 'AUTH=XOAUTH2', 'AUTH=OAUTHBEARER']
    : ['STARTTLS', 'LOGINDISABLED'];
  const limit = `APPENDLIMIT=${limits.messageBytes}`; // RFC 7889
  return ['IMAP4rev1', ...(signedIn ? [] : login), ...extensions, limit].join(' ');
};
