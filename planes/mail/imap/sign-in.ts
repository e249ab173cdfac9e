// LOGIN and AUTHENTICATE (RFC 9051 §6.2; SASL PLAIN RFC 4616; initial responses RFC 4959). A password is taken
// under TLS only, and a wrong one costs time.
import { setTimeout as sleep } from 'node:timers/promises';
import { BEARER_REFUSED, parseBearer } from '../mail-token.ts';
import { mailboxTouched, mayStaySignedIn } from '../store/mailbox.ts';
import type { CommandRun } from './command-table.ts';
import { BadCommand, CommandRefused, ok, type Reply } from './replies.ts';
import type { Session } from './session.ts';

export const login: CommandRun = async (session, parser) => {
  requirePrivacy(session);
  parser.space();
  const address = utf8(parser.astring());
  parser.space();
  const secret = utf8(parser.astring());
  parser.end();
  return signIn(session, address, { secret });
};

export const authenticate: CommandRun = async (session, parser) => {
  parser.space();
  const mechanism = parser.keyword();
  const initial = parser.take(' ') ? parser.rest() : null;
  parser.end();
  requirePrivacy(session);
  if (mechanism === 'PLAIN') return authenticatePlain(session, initial);
  if (mechanism === 'LOGIN') return authenticateLogin(session, initial);
  if (mechanism === 'XOAUTH2' || mechanism === 'OAUTHBEARER') return authenticateBearer(session, initial);
  throw new CommandRefused('There is no such mechanism', 'CANNOT');
};

// [authorization identity] NUL authentication identity NUL password
const authenticatePlain = async (session: Session, initial: string | null): Promise<Reply> => {
  const response = decodeResponse(initial ?? (await challenge(session, '')));
  const [authorize, address, secret, ...more] = response.split('\0');
  if (address === undefined || secret === undefined || more.length > 0)
    throw new BadCommand('Not a PLAIN response');
  if (authorize !== '' && authorize !== address) {
    throw new CommandRefused('Nobody may act for another mailbox', 'AUTHORIZATIONFAILED');
  }
  return signIn(session, address, { secret });
};

// Never made a standard, but what some clients know best: two questions, each answered in base64.
const authenticateLogin = async (session: Session, initial: string | null): Promise<Reply> => {
  const address = decodeResponse(initial ?? (await challenge(session, 'Username:')));
  const secret = decodeResponse(await challenge(session, 'Password:'));
  return signIn(session, address, { secret });
};

// A client is told why its token is refused, and answers that it has heard it before it is refused (RFC 7628 §3.2.3).
const authenticateBearer = async (session: Session, initial: string | null): Promise<Reply> => {
  const bearer = parseBearer(decodeResponse(initial ?? (await challenge(session, ''))));
  if (!bearer) throw new BadCommand('Not a response with an address and a bearer token');
  const { address, token } = bearer;
  return signIn(session, address, { token }, async () => {
    await challenge(session, JSON.stringify(BEARER_REFUSED));
  });
};

const challenge = async (session: Session, text: string): Promise<string> => {
  const { connection, plane } = session;
  session.write(`+ ${Buffer.from(text).toString('base64')}`);
  await connection.flush();
  const line = await connection.readLine(plane.limits.guestLineBytes);
  if (line === null) {
    await connection.skipLine();
    throw new BadCommand('The response is too long');
  }
  if (line === '*') throw new BadCommand('Cancelled');
  return line;
};

const decodeResponse = (text: string): string => {
  if (text === '=') return ''; // RFC 4959 §3: an empty initial response
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    throw new BadCommand('Not base64');
  }
  return Buffer.from(text, 'base64').toString('utf8');
};

const utf8 = (octets: string): string => Buffer.from(octets, 'latin1').toString('utf8');

const requirePrivacy = ({ connection }: Session) => {
  if (!connection.secure) throw new CommandRefused('Passwords are taken under TLS only', 'PRIVACYREQUIRED');
};

const signIn = async (
  session: Session,
  address: string,
  proof: { secret: string } | { token: string },
  explainRefusal?: () => Promise<void>,
): Promise<Reply> => {
  const { plane, connection } = session;
  const { remoteAddress } = connection;
  const account = await plane.authenticate({ address, ...proof, protocol: 'imap', remoteAddress });
  if (!account) {
    await explainRefusal?.();
    return refuse(session, address);
  }
  await mailboxTouched(plane.db, account.id);
  if (!plane.admit(session, account)) {
    throw new CommandRefused('This mailbox has too many connections', 'LIMIT');
  }
  const { id, loginVersion, tokenHash } = account;
  session.signedIn({ id, address: account.address, loginVersion, tokenHash });
  // A change while the secret was checked told only those who were signed in already.
  if (!(await mayStaySignedIn(plane.db, account))) session.stop('Sign in again');
  return ok('Signed in', `CAPABILITY ${session.capabilities()}`);
};

// Says the same for an unknown address, a wrong password and a suspended mailbox. The wait grows with each attempt
// on the connection, and its commands wait with it.
const refuse = async (session: Session, address: string): Promise<Reply> => {
  const { plane, connection } = session;
  session.failedLogins++;
  plane.log.info({ address, remoteAddress: connection.remoteAddress }, 'imap: login refused');
  const gone = new AbortController();
  connection.onClose(() => gone.abort());
  await sleep(plane.limits.loginFailureDelayMs * session.failedLogins, undefined, {
    signal: gone.signal,
  }).catch(() => {});
  if (session.failedLogins >= plane.limits.loginAttempts) session.bye('Too many wrong passwords');
  throw new CommandRefused('Wrong address or password', 'AUTHENTICATIONFAILED');
};
