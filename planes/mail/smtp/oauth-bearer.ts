// OAUTHBEARER (RFC 7628) for smtp-server, which knows XOAUTH2 only: the same token in another wrapping, so a response is
// wrapped anew and handed on. Refusals are alike: a challenge that says why, and 535 after whatever is answered to it.
import { parseBearer } from '../mail-token.ts';

/** What is used of smtp-server's connection. */
export type AuthConnection = {
  handler_AUTH(command: Buffer | string, callback: () => void): void;
  _nextHandler: ((line: Buffer | string, callback: () => void) => void) | false;
};

const asXoauth2 = (response: string): string => {
  const parsed = parseBearer(Buffer.from(response, 'base64').toString('utf8'));
  // What is no response is refused by smtp-server in its own words.
  if (!parsed) return 'AA==';
  return Buffer.from(`user=${parsed.address}\x01auth=Bearer ${parsed.token}\x01\x01`).toString('base64');
};

export const takeOauthBearer = (connection: AuthConnection): void => {
  const authenticate = connection.handler_AUTH.bind(connection);
  connection.handler_AUTH = (command, callback) => {
    const [, initial] = /^AUTH +OAUTHBEARER(?: +(\S+))? *$/i.exec(command.toString().trim()) ?? [null, null];
    if (initial === null) return authenticate(command, callback);
    if (initial !== undefined) return authenticate(`AUTH XOAUTH2 ${asXoauth2(initial)}`, callback);
    authenticate('AUTH XOAUTH2', callback);
    const take = connection._nextHandler;
    if (!take) return;
    connection._nextHandler = (line, done) => {
      const response = line.toString().trim();
      take(response === '*' ? response : asXoauth2(response), done);
    };
  };
};
