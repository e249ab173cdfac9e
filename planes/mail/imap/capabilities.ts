// What the server says it can do, which depends on who asks and how safely.
import type { ImapLimits } from './limits.ts';

const always = ['IMAP4rev1', 'LITERAL+', 'SASL-IR', 'ID', 'ENABLE'];

const signedInOnly = [
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
  'STATUS=SIZE',
  'CONDSTORE',
  'ESEARCH',
  'QUOTA',
  'QUOTA=RES-STORAGE',
];

/** Without TLS nobody may send a password: LOGINDISABLED (RFC 9051 §6.2.3). */
export const capabilities = (
  { secure, signedIn }: { secure: boolean; signedIn: boolean },
  limits: ImapLimits,
): string => {
  const login = secure ? ['AUTH=PLAIN', 'AUTH=LOGIN'] : ['STARTTLS', 'LOGINDISABLED'];
  const rest = [...signedInOnly, `APPENDLIMIT=${limits.messageBytes}`];
  return [...always, ...(signedIn ? [] : login), ...rest].join(' ');
};
