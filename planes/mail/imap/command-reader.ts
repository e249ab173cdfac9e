// Reads whole commands: lines with the literals between them (RFC 9051 §4.3, LITERAL+ of RFC 7888). Limits are
// checked before a literal is asked for.
import type { ByteBudget } from './byte-budget.ts';
import type { Connection } from './connection.ts';
import type { ImapLimits } from './limits.ts';
import type { CommandText } from './parser.ts';
import { formatReply, type Reply } from './replies.ts';

/** `fault` answers a command that was not read to its end. */
export type ReadCommand =
  /** `release` gives back what the command holds, once it is done. */
  { text: CommandText; release: () => void; fault?: undefined } | { tag: string; fault: Reply };

const literalMarker = /\{(\d{1,10})(\+?)\}$/;
const mostLiterals = 1000;
// Smaller literals are not worth counting.
const bigLiteralBytes = 256 * 1024;
// A client that announces more than this without waiting is not one to go on with.
const mostSkippedBytes = 256 * 1024 * 1024;

/** Null when the client has to go: what it sends cannot be brought back in step. */
export const readCommand = async (
  connection: Connection,
  limits: ImapLimits,
  signedIn: boolean,
  receiving: ByteBudget,
): Promise<ReadCommand | null> => {
  let taken = 0;
  const release = () => {
    receiving.giveBack(taken);
    taken = 0;
  };
  try {
    const command = await readPieces(connection, limits, signedIn, async (bytes) => {
      // Its own share grows while others wait for theirs: only the first one may wait.
      const timeoutMs = taken === 0 ? limits.receivingTimeoutMs : 0;
      if (!(await receiving.take(bytes, timeoutMs))) return false;
      taken += bytes;
      return true;
    });
    if (command && !command.fault) return { ...command, release };
    release();
    return command;
  } catch (error) {
    release();
    throw error;
  }
};

type Pieces = { text: CommandText; fault?: undefined } | { tag: string; fault: Reply };

const readPieces = async (
  connection: Connection,
  limits: ImapLimits,
  signedIn: boolean,
  take: (bytes: number) => Promise<boolean>,
): Promise<Pieces | null> => {
  const lineBytes = signedIn ? limits.lineBytes : limits.guestLineBytes;
  const pieces: (string | Buffer)[] = [];
  let [textBytes, literalBytes] = [0, 0];
  for (;;) {
    const line = await connection.readLine(lineBytes - textBytes);
    if (line === null) {
      await connection.skipLine();
      return { tag: tagOf(pieces), fault: { status: 'BAD', text: 'The command line is too long' } };
    }
    textBytes += line.length;
    const marker = literalMarker.exec(line);
    if (!marker) return { text: [...pieces, line] };
    pieces.push(line.slice(0, marker.index));
    const size = Number(marker[1]);
    const waits = marker[2] === '';
    const limit = literalLimit(pieces, limits, signedIn) - literalBytes;
    const fits = size <= limit && pieces.length <= 2 * mostLiterals;
    if (!fits || (size >= bigLiteralBytes && !(await take(size)))) {
      const skipped = await skipLiteral(connection, waits, size, lineBytes);
      return skipped ? { tag: tagOf(pieces), fault: fits ? busy : tooBig(pieces) } : null;
    }
    if (waits) {
      connection.write('+ OK\r\n');
      await connection.flush();
    }
    pieces.push(await connection.readBytes(size));
    literalBytes += size;
  }
};

const tagOf = (pieces: (string | Buffer)[]): string => {
  const first = pieces[0];
  return (typeof first === 'string' && /^[^\s(){%*"\\+]+(?= )/.exec(first)?.[0]) || '*';
};

const isAppend = (pieces: (string | Buffer)[]): boolean => /^\S+ APPEND /i.test(String(pieces[0]));

const literalLimit = (pieces: (string | Buffer)[], limits: ImapLimits, signedIn: boolean): number => {
  if (!signedIn) return limits.guestLiteralBytes;
  return isAppend(pieces) ? limits.messageBytes : limits.literalBytes;
};

const busy: Reply = {
  status: 'NO',
  code: 'UNAVAILABLE',
  text: 'Too many messages are being received, try again later',
};

const tooBig = (pieces: (string | Buffer)[]): Reply =>
  isAppend(pieces)
    ? { status: 'NO', code: 'TOOBIG', text: 'The message is too big' }
    : { status: 'BAD', code: 'TOOBIG', text: 'The literal is too big' };

// A client that waits for `+` takes the tagged answer as a refusal and sends nothing. One that does not has sent
// the literal already, and after it the rest of the command, perhaps with more literals.
const skipLiteral = async (
  connection: Connection,
  waits: boolean,
  size: number,
  lineBytes: number,
): Promise<boolean> => {
  if (waits) return true;
  let left = size;
  let skipped = 0;
  for (;;) {
    skipped += left;
    if (skipped > mostSkippedBytes) return false;
    await connection.skipBytes(left);
    const line = await connection.readLine(lineBytes);
    if (line === null) {
      await connection.skipLine();
      return true;
    }
    const marker = literalMarker.exec(line);
    if (!marker || marker[2] === '') return true;
    left = Number(marker[1]);
  }
};

/** Sends the answer to a command that could not be read. */
export const writeFault = (connection: Connection, { tag, fault }: { tag: string; fault: Reply }): void =>
  connection.write(formatReply(tag, fault));
