// One question to one DNS server: over UDP, again over TCP when the answer does not fit (RFC 7766 §5).
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import {
  type DnsQuestion,
  type DnsResponse,
  decodeResponse,
  encodeQuery,
} from '../../../protocols/dns/message.ts';

export type DnsServer = {
  /** What people call it: a nameserver's name, or the address of a resolver. */
  name: string;
  address: string;
  port: number;
};

/** No answer that could be used. The message completes "<server> …". */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export type QueryOptions = {
  /** True for a resolver, which finds out; false for a nameserver, which says what it has. */
  recursionDesired?: boolean;
  /** Of each try. */
  timeoutMs?: number;
};

const TRIES = 2;
const TIMEOUT_MS = 2_000;
/** Sockets at once in this process: enough to be quick, few enough for any limit on open files. */
const MOST_AT_ONCE = 64;

const waiting: (() => void)[] = [];
let underWay = 0;

/** @throws {NoAnswer} when the server stays silent, refuses the connection or talks nonsense */
export const queryServer = async (
  server: DnsServer,
  question: DnsQuestion,
  options: QueryOptions = {},
): Promise<DnsResponse> => {
  if (underWay >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  underWay += 1;
  try {
    return await ask(server, question, options);
  } finally {
    underWay -= 1;
    waiting.shift()?.();
  }
};

const ask = async (
  server: DnsServer,
  question: DnsQuestion,
  { recursionDesired = false, timeoutMs = TIMEOUT_MS }: QueryOptions,
): Promise<DnsResponse> => {
  const exchange = (over: Exchange) => {
    const id = randomInt(0x10000);
    const query = encodeQuery(question, id, recursionDesired);
    const fits = (bytes: Buffer) => readAnswer(bytes, id, question);
    return over(server, query, fits, timeoutMs);
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await exchange(overUdp);
      return response.truncated ? await exchange(overTcp) : response;
    } catch (error) {
      if (attempt === TRIES || !(error instanceof NoAnswer)) throw error;
    }
  }
};

/** The response to our question; undefined for what somebody else sent or garbled (RFC 5452 §9.1). */
const readAnswer = (bytes: Buffer, id: number, question: DnsQuestion): DnsResponse | undefined => {
  try {
    const response = decodeResponse(bytes);
    const asked = response.question;
    // A server that understood nothing may leave the question out (RFC 1035 §4.1.1 FORMERR).
    const same = asked === null || (asked.name === question.name && asked.type === question.type);
    return response.id === id && same ? response : undefined;
  } catch {
    return undefined;
  }
};

type Exchange = (
  server: DnsServer,
  query: Buffer,
  fits: (bytes: Buffer) => DnsResponse | undefined,
  timeoutMs: number,
) => Promise<DnsResponse>;

const overUdp: Exchange = (server, query, fits, timeoutMs) =>
  new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
    const end = (act: () => void) => {
      clearTimeout(timer);
      socket.close();
      act();
    };
    const timer = setTimeout(() => end(() => reject(silent(timeoutMs))), timeoutMs);
    socket.once('error', (error) => end(() => reject(broken(error))));
    socket.on('message', (bytes) => {
      const response = fits(bytes);
      if (response) end(() => resolve(response));
    });
    // Connected, the kernel drops what others send and tells when nobody listens.
    socket.connect(server.port, server.address, () => socket.send(query));
  });

const overTcp: Exchange = (server, query, fits, timeoutMs) =>
  new Promise((resolve, reject) => {
    const socket = connect(server.port, server.address);
    let received = Buffer.alloc(0);
    const end = (act: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      act();
    };
    const timer = setTimeout(() => end(() => reject(silent(timeoutMs))), timeoutMs);
    socket.once('error', (error) => end(() => reject(broken(error))));
    socket.once('close', () => end(() => reject(new NoAnswer('closed the connection without an answer'))));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      // RFC 1035 §4.2.2: two length bytes, then the message.
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const response = fits(received.subarray(2, 2 + received.readUInt16BE(0)));
      end(() => (response ? resolve(response) : reject(new NoAnswer('answered something else'))));
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
  });

const silent = (timeoutMs: number) => new NoAnswer(`did not answer within ${timeoutMs / 1000} s`);

const broken = (error: Error & { code?: string }) =>
  new NoAnswer(
    error.code === 'ECONNREFUSED'
      ? 'refused the connection'
      : `could not be asked (${error.code ?? error.message})`,
  );
