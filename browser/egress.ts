// The only way out of a browser context: a proxy on loopback that lets it reach the hosts of its job, at addresses that
// were checked, and nothing else. Redirects and whatever pages load pass here like everything.
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, isIP, type Socket } from 'node:net';
import { hostIsAmong } from '../providers/contracts/consent-flow.ts';

export type EgressRules = {
  /** `accounts.example.com`, or `*.example.com` for all below it. */
  hosts: readonly string[];
  /** `host:port` that is reached wherever it is. */
  ownHosts: readonly string[];
  /** Whether a request may go to this IP address. */
  mayGoTo(address: string): boolean;
};

export type RefusedBecause = 'host' | 'address';

export type Egress = {
  port: number;
  /** The first refusal of each host. */
  refused: ReadonlyMap<string, RefusedBecause>;
  close(): Promise<void>;
};

const CONNECT_WITHIN_MS = 10_000;

export const startEgress = async (rules: EgressRules): Promise<Egress> => {
  const refused = new Map<string, RefusedBecause>();
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    return socket;
  };

  /** The address to connect to, or why there is none. */
  const addressOf = async (host: string, port: number): Promise<string | RefusedBecause | null> => {
    const isOwn = rules.ownHosts.includes(`${host}:${port}`);
    if (!isOwn && !hostIsAmong(host, rules.hosts)) return 'host';
    const bare = host.replace(/^\[|\]$/g, '');
    const addresses = isIP(bare)
      ? [bare]
      : (await lookup(bare, { all: true }).catch(() => [])).map(({ address }) => address);
    if (addresses.length === 0) return null;
    // Connected to as checked: a name cannot lead elsewhere a moment later.
    return addresses.find((address) => isOwn || rules.mayGoTo(address)) ?? 'address';
  };
  const admit = async (host: string, port: number): Promise<string | null> => {
    const address = await addressOf(host, port);
    if (address !== 'host' && address !== 'address') return address;
    if (!refused.has(host)) refused.set(host, address);
    return null;
  };

  const server = createServer((request, response) => {
    forward(request, response).catch(() => response.destroy());
  });
  const forward = async (request: IncomingMessage, response: ServerResponse) => {
    const url = URL.parse(request.url ?? '');
    const address = url?.protocol === 'http:' ? await admit(url.hostname, Number(url.port || 80)) : null;
    if (!url || address === null) return void response.writeHead(403).end();
    const headers = { ...request.headers, connection: 'close' };
    delete (headers as Record<string, unknown>)['proxy-connection'];
    const onward = httpRequest(
      {
        host: address,
        port: url.port || 80,
        method: request.method,
        path: url.pathname + url.search,
        headers,
        agent: false,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.setTimeout(CONNECT_WITHIN_MS * 6, () => onward.destroy());
    onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  };

  server.on('connection', track);
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const url = URL.parse(`https://${request.url}`);
    const port = Number(url?.port || 443);
    const admitted = url ? admit(url.hostname, port) : Promise.resolve(null);
    admitted.then(
      (address) => {
        if (address === null) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
        const onward = track(connect({ host: address, port, timeout: CONNECT_WITHIN_MS }));
        onward.once('timeout', () => onward.destroy());
        onward.once('connect', () => {
          onward.setTimeout(0);
          socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
          onward.write(head);
          socket.pipe(onward).pipe(socket);
        });
        onward.once('close', () => socket.destroy());
        socket.once('close', () => onward.destroy());
      },
      () => socket.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    refused,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};
