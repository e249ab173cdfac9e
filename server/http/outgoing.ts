// Requests to addresses that customers give: webhooks, pictures. The one way out for them, so that no such address
// leads into the operator's own network (server-side request forgery).
import { type LookupAddress, lookup as lookupName } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type BlockList, isIP, type LookupFunction } from 'node:net';
import { targetGuard } from './target-guard.ts';

export type OutgoingRequest = {
  url: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
  /** For all of it, from the name's look-up to the last byte. */
  timeoutMs: number;
  /** Of the answer's body; what comes after is not read. */
  maxBytes: number;
  signal?: AbortSignal;
};

export type OutgoingAnswer = {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  /** Whether there was more than `maxBytes`. */
  truncated: boolean;
};

export type Outgoing = {
  /**
   * Sends one request and answers whatever comes back, redirects included: they are never followed.
   *
   * @throws {TargetRefused} before anything is sent, when the address leads to where nobody may go
   * @throws {Error} when no answer came: not found, refused, reset, certificate, or time
   */
  send(request: OutgoingRequest): Promise<OutgoingAnswer>;
};

/** The address is not one that a customer may have requests sent to. The message is for the customer. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';
}

type Lookup = (host: string) => Promise<LookupAddress[]>;

const systemLookup: Lookup = (host) =>
  new Promise((resolve, reject) => {
    lookupName(host, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });

/**
 * @param options.allowTargets networks that are let through although they are not on the internet
 * @param options.lookup for tests: what names lead to
 * @param options.ca certificates that are trusted besides the public authorities, in PEM
 */
export const createOutgoing = (options: {
  allowTargets: BlockList;
  lookup?: Lookup;
  ca?: string;
}): Outgoing => {
  const mayGoTo = targetGuard(options.allowTargets);
  const lookup = options.lookup ?? systemLookup;

  /** The connection is made to the address that was checked: a name cannot lead elsewhere a moment later. */
  const checkedLookup: LookupFunction = (host, { all }, done) => {
    lookup(host).then(
      (addresses) => {
        const good = addresses.filter(({ address }) => mayGoTo(address));
        if (good.length === 0) done(refused(host), []);
        else if (all) done(null, good);
        else done(null, good[0]!.address, good[0]!.family);
      },
      (error: Error) => done(error, []),
    );
  };

  return {
    async send({ url, method, headers = {}, body, timeoutMs, maxBytes, signal }) {
      const target = checkedUrl(url);
      const host = target.hostname.replace(/^\[|\]$/g, '');
      // A literal address is connected to without a look-up.
      if (isIP(host) !== 0 && !mayGoTo(host)) throw refused(host);
      const time = AbortSignal.timeout(timeoutMs);
      const stop = signal ? AbortSignal.any([time, signal]) : time;
      const request = target.protocol === 'https:' ? httpsRequest : httpRequest;
      try {
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          const outgoing = request(target, {
            method,
            headers: {
              ...headers,
              ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
            },
            lookup: checkedLookup,
            signal: stop,
            agent: false,
            ...(options.ca === undefined ? {} : { ca: options.ca }),
          });
          outgoing.once('response', resolve).once('error', reject);
          outgoing.end(body);
        });
        return await readAnswer(response, maxBytes);
      } catch (error) {
        if (time.aborted) throw new Error(`no answer within ${timeoutMs / 1000} seconds`, { cause: error });
        throw error;
      }
    },
  };
};

const refused = (host: string): TargetRefused =>
  new TargetRefused(
    `${host} is not an address on the internet; INBOXKIT_ALLOW_TARGETS lets networks through`,
  );

const checkedUrl = (text: string): URL => {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new TargetRefused('the address must begin with https:// or http://');
  }
  if (url.username !== '' || url.password !== '') {
    throw new TargetRefused('the address must not hold a user name or password');
  }
  return url;
};

const readAnswer = async (response: IncomingMessage, maxBytes: number): Promise<OutgoingAnswer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  let truncated = false;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const room = maxBytes - size;
    chunks.push(chunk.subarray(0, room));
    size += Math.min(chunk.length, room);
    truncated = chunk.length > room;
    // Leaving the loop closes the connection, so an endless answer ends here.
    if (truncated) break;
  }
  const headers = Object.entries(response.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
    truncated,
  };
};
