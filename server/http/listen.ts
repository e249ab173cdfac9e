// Puts the application on a TCP port, and takes it off again without cutting off requests in progress.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';

export type HttpListener = {
  /** The port listened on; the one the system chose when 0 was asked for. */
  port: number;
  /** Refuses new connections, lets running requests finish for at most `drainMs`, then closes what is left. */
  close(drainMs?: number): Promise<void>;
};

/** A sender gets this long for its whole request; a slower one would hold a connection for nothing. */
const REQUEST_TIMEOUT_MS = 60_000;
const HEADERS_TIMEOUT_MS = 15_000;

/** @throws when the address cannot be listened on (`EADDRINUSE`, `EACCES`) */
export const listenHttp = async (
  app: { fetch(request: Request, bindings?: object): Response | Promise<Response> },
  { host, port }: { host: string; port: number },
): Promise<HttpListener> => {
  const server = createAdaptorServer({
    // The bindings hold the connection, which says where a request comes from.
    fetch: (request, bindings) => app.fetch(request, bindings),
  }) as Server;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close(drainMs = 10_000) {
      const closed = once(server, 'close');
      server.close();
      // A kept-alive connection is only idle, and can only be closed, once its request has been answered.
      const idle = setInterval(() => server.closeIdleConnections(), 20);
      const cut = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearInterval(idle);
      clearTimeout(cut);
    },
  };
};
