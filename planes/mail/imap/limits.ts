// What a client may ask of the server, in one place.

export type ImapLimits = {
  /** Before login: enough for a user name and a password. */
  guestLineBytes: number;
  guestLiteralBytes: number;
  lineBytes: number;
  /** All literals of one command, except for the message of an APPEND. */
  literalBytes: number;
  messageBytes: number;
  /** Messages that are being received, of all sessions together; at least one always may. */
  receivingBytes: number;
  /** How long an APPEND waits for its share of that. */
  receivingTimeoutMs: number;
  /** Time until a client must have signed in. */
  guestTimeoutMs: number;
  /** RFC 9051 §5.4 asks for at least 30 minutes. */
  idleTimeoutMs: number;
  /** After a wrong password; times the number of wrong ones on this connection. */
  loginFailureDelayMs: number;
  loginAttempts: number;
  /** Commands in a row that are not understood. */
  faultsInRow: number;
  sessionsPerMailbox: number;
  connections: number;
};

export const defaultLimits: ImapLimits = {
  guestLineBytes: 16 * 1024, // RFC 4959 §3: initial responses may be long
  guestLiteralBytes: 4 * 1024,
  lineBytes: 64 * 1024,
  literalBytes: 256 * 1024,
  messageBytes: 50 * 1024 * 1024,
  receivingBytes: 200 * 1024 * 1024,
  receivingTimeoutMs: 60_000,
  guestTimeoutMs: 60_000,
  idleTimeoutMs: 30 * 60_000,
  loginFailureDelayMs: 1500,
  loginAttempts: 5,
  faultsInRow: 20,
  sessionsPerMailbox: 50,
  connections: 10_000,
};
