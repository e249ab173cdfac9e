// A certificate authority that speaks RFC 8555: it checks signatures, nonces and states, really looks for each
// challenge over HTTP, and issues certificates under a root of its own. Faults are made to order.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { calculateJwkThumbprint, type FlattenedJWS, flattenedVerify, importJWK, type JWK } from 'jose';
import { createSelfSignedCertificate } from '../../../protocols/self-signed.ts';
import { createIssuer, type Validity } from './issuer.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export type Fault = {
  /** First part of the path: `new-account`, `new-order`, `authz`, `challenge`, `finalize`, `order`, `certificate`. */
  at: string;
  status: number;
  /** Without the prefix `urn:ietf:params:acme:error:`. */
  type: string;
  detail?: string;
  retryAfterS?: number;
};

export type Order = {
  id: string;
  hosts: string[];
  status: 'pending' | 'ready' | 'processing' | 'valid' | 'invalid';
  authorizations: Authorization[];
  chainPem?: string;
};
type Authorization = {
  id: string;
  host: string;
  token: string;
  status: 'pending' | 'valid' | 'invalid';
  error?: { type: string; detail: string; status: number };
};
type Account = { id: string; jwk: JWK; thumbprint: string; contact: string[] };

export type TestAuthority = {
  directoryUrl: string;
  /** Its server's certificate, which clients have to be told to trust. */
  caPem: string;
  rootPem: string;
  orders: Order[];
  accounts: Account[];
  /** Ports at this machine that stand for port 80 of every host; each of them has to answer. */
  httpPorts: number[];
  /** Answered once each, in order, to the next request that they are for. */
  faults: Fault[];
  /** Hosts that cannot be reached. */
  unreachable: Set<string>;
  /** Of the next certificates. */
  validity(): Validity;
  /** While it is not null, finalized orders stay `processing` until it resolves. */
  issuing: Promise<void> | null;
  close(): Promise<void>;
};

type Reply = { status?: number; headers?: Record<string, string>; body?: unknown };
type Signed = { account: Account | null; jwk: JWK | null; payload: Record<string, unknown> | null };

class Problem extends Error {
  readonly fault: Omit<Fault, 'at'>;
  constructor(fault: Omit<Fault, 'at'>) {
    super(fault.detail ?? fault.type);
    this.fault = fault;
  }
}

const newToken = () => randomBytes(16).toString('base64url');

/** @param port 0 picks a free one; a given one brings an authority back after it was away */
export const startTestAuthority = async (port = 0): Promise<TestAuthority> => {
  const issuer = await createIssuer();
  const { keyPem, certPem } = await createSelfSignedCertificate({ names: ['127.0.0.1'] });
  const nonces = new Set<string>();
  const server = createServer({ key: keyPem, cert: certPem }, (request, response) => {
    serve(request, response).catch((error: Error) => {
      response.writeHead(500).end(error.stack);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const authority: TestAuthority = {
    directoryUrl: `${base}/directory`,
    caPem: certPem,
    rootPem: issuer.rootPem,
    orders: [],
    accounts: [],
    httpPorts: [],
    faults: [],
    unreachable: new Set(),
    validity: () => ({
      notBefore: new Date(Date.now() - 60 * 60 * 1000),
      notAfter: new Date(Date.now() + 90 * DAY_MS),
    }),
    issuing: null,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, resource = '', id = ''] = request.url!.split('/');
    const nonce = newToken();
    nonces.add(nonce);
    const headers: Record<string, string> = { 'Replay-Nonce': nonce };
    try {
      const fault = authority.faults.findIndex(({ at }) => at === resource);
      if (fault >= 0) throw new Problem(authority.faults.splice(fault, 1)[0]!);
      const reply =
        request.method === 'POST'
          ? await act(resource, id, await verify(request, await text(request)))
          : unsigned(resource);
      const isText = typeof reply.body === 'string';
      response.writeHead(reply.status ?? 200, {
        ...headers,
        'Content-Type': isText ? 'application/pem-certificate-chain' : 'application/json',
        ...reply.headers,
      });
      response.end(isText ? reply.body : JSON.stringify(reply.body ?? ''));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { status, type, detail, retryAfterS } = error.fault;
      if (retryAfterS !== undefined) headers['Retry-After'] = String(retryAfterS);
      response.writeHead(status, { ...headers, 'Content-Type': 'application/problem+json' });
      response.end(JSON.stringify({ type: `urn:ietf:params:acme:error:${type}`, detail, status }));
    }
  };

  const unsigned = (resource: string): Reply => {
    if (resource === 'new-nonce') return { status: 200 };
    if (resource !== 'directory') throw new Problem({ status: 405, type: 'malformed' });
    const body = {
      newNonce: `${base}/new-nonce`,
      newAccount: `${base}/new-account`,
      newOrder: `${base}/new-order`,
      meta: { termsOfService: `${base}/terms` },
    };
    return { body };
  };

  /** RFC 8555 §6.2–6.5. */
  const verify = async (request: IncomingMessage, body: string): Promise<Signed> => {
    const refuse = (type: string, detail?: string) => new Problem({ status: 400, type, detail });
    if (request.headers['content-type'] !== 'application/jose+json') throw refuse('malformed');
    const jws = JSON.parse(body) as FlattenedJWS;
    const header = JSON.parse(Buffer.from(jws.protected!, 'base64url').toString()) as {
      alg: string;
      nonce: string;
      url: string;
      jwk?: JWK;
      kid?: string;
    };
    const account = authority.accounts.find(({ id }) => header.kid === `${base}/account/${id}`) ?? null;
    if (header.kid && !account) throw refuse('accountDoesNotExist', `no account ${header.kid}`);
    const jwk = account?.jwk ?? header.jwk;
    if (!jwk || (header.kid && header.jwk)) throw refuse('malformed', 'either kid or jwk');
    const { payload } = await flattenedVerify(jws, await importJWK(jwk, header.alg)).catch(() => {
      throw refuse('unauthorized', 'the signature is wrong');
    });
    if (!nonces.delete(header.nonce)) throw refuse('badNonce');
    if (header.url !== base + request.url) throw refuse('unauthorized', 'signed for another url');
    const sent = Buffer.from(payload).toString();
    return { account, jwk: header.jwk ?? null, payload: sent === '' ? null : JSON.parse(sent) };
  };

  const act = async (resource: string, id: string, signed: Signed): Promise<Reply> => {
    const { account, payload } = signed;
    if (resource === 'new-account') return newAccount(signed);
    if (!account) throw new Problem({ status: 401, type: 'accountDoesNotExist' });
    if (resource === 'new-order') return newOrder(payload as { identifiers: { value: string }[] });
    if (resource === 'account') {
      if (Array.isArray(payload?.contact)) account.contact = payload.contact;
      return { body: { status: 'valid', contact: account.contact } };
    }
    const order = authority.orders.find(
      (one) => one.id === id || one.authorizations.some((authorization) => authorization.id === id),
    );
    if (!order) throw new Problem({ status: 404, type: 'malformed', detail: 'no such thing' });
    if (resource === 'finalize') return finalize(order, payload as { csr: string });
    if (resource === 'order') return { body: orderBody(order) };
    if (resource === 'certificate') return { body: order.chainPem };
    const authorization = order.authorizations.find((one) => one.id === id)!;
    if (resource === 'challenge' && payload) void look(order, authorization, account);
    const body = authorizationBody(authorization);
    return { body: resource === 'challenge' ? body.challenges[0] : body };
  };

  const newAccount = async ({ jwk, payload }: Signed): Promise<Reply> => {
    if (!jwk || payload?.termsOfServiceAgreed !== true) {
      throw new Problem({ status: 403, type: 'userActionRequired', detail: 'the terms are not agreed to' });
    }
    const thumbprint = await calculateJwkThumbprint(jwk);
    const known = authority.accounts.find((account) => account.thumbprint === thumbprint);
    const contact = (payload.contact as string[] | undefined) ?? [];
    const account = known ?? { id: newToken(), jwk, thumbprint, contact };
    if (!known) authority.accounts.push(account);
    const headers = { Location: `${base}/account/${account.id}` };
    return { status: known ? 200 : 201, headers, body: { status: 'valid', contact: account.contact } };
  };

  const newOrder = ({ identifiers }: { identifiers: { value: string }[] }): Reply => {
    const hosts = identifiers.map(({ value }) => value);
    const authorizations = hosts.map((host) => ({
      id: newToken(),
      host,
      token: newToken(),
      status: 'pending' as const,
    }));
    const order: Order = { id: newToken(), hosts, status: 'pending', authorizations };
    authority.orders.push(order);
    const headers = { Location: `${base}/order/${order.id}` };
    return { status: 201, headers, body: orderBody(order) };
  };

  const finalize = async (order: Order, { csr }: { csr: string }): Promise<Reply> => {
    if (order.status !== 'ready') throw new Problem({ status: 403, type: 'orderNotReady' });
    const request = Buffer.from(csr, 'base64url');
    const names = await issuer.namesIn(request);
    if (names.sort().join() !== [...order.hosts].sort().join()) {
      throw new Problem({ status: 400, type: 'badCSR', detail: `asks for ${names.join()}` });
    }
    order.status = 'processing';
    const issue = async () => {
      order.chainPem = await issuer.issue(request, order.hosts, authority.validity());
      order.status = 'valid';
    };
    if (authority.issuing) void authority.issuing.then(issue);
    else await issue();
    return { body: orderBody(order) };
  };

  const orderBody = (order: Order) => ({
    status: order.status,
    identifiers: order.hosts.map((value) => ({ type: 'dns', value })),
    authorizations: order.authorizations.map(({ id }) => `${base}/authz/${id}`),
    finalize: `${base}/finalize/${order.id}`,
    ...(order.chainPem && { certificate: `${base}/certificate/${order.id}` }),
  });

  const authorizationBody = ({ id, host, token, status, error }: Authorization) => ({
    identifier: { type: 'dns', value: host },
    status,
    challenges: [{ type: 'http-01', url: `${base}/challenge/${id}`, token, status, ...(error && { error }) }],
  });

  /** RFC 8555 §8.3: looks for the key authorization at every port that stands for port 80 of the host. */
  const look = async (order: Order, authorization: Authorization, account: Account): Promise<void> => {
    const { host, token } = authorization;
    const expected = `${token}.${account.thumbprint}`;
    const path = `/.well-known/acme-challenge/${token}`;
    try {
      if (authority.unreachable.has(host)) throw new Error('Connection refused');
      for (const httpPort of authority.httpPorts) {
        const found = await fetchFrom(httpPort, host, path);
        if (found !== expected) throw new Error(`Invalid response: ${found}`);
      }
      authorization.status = 'valid';
      if (order.authorizations.every(({ status }) => status === 'valid')) order.status = 'ready';
    } catch (error) {
      const detail = `Fetching http://${host}${path}: ${(error as Error).message}`;
      authorization.error = { type: 'urn:ietf:params:acme:error:connection', detail, status: 400 };
      authorization.status = 'invalid';
      order.status = 'invalid';
    }
  };
  return authority;
};

/** What `host` answers over HTTP at `port` of this machine, with its status in front unless that is 200. */
const fetchFrom = (port: number, host: string, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = get({ host: '127.0.0.1', port, path, headers: { Host: host } }, (response) => {
      text(response).then((body) =>
        resolve(response.statusCode === 200 ? body : `${response.statusCode} ${body}`),
      );
    });
    sent.on('error', reject);
  });
