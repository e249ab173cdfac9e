// Visitors of the web plane, and what they see.

import { type IncomingMessage, request } from 'node:http';
import { Agent, request as requestTls } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';

export type Seen = { status: number; location: string | undefined; body: string };

const seen = async (response: IncomingMessage): Promise<Seen> => ({
  status: response.statusCode!,
  location: response.headers.location,
  body: await text(response),
});

/** `path` is sent as it is, so it may be any request target. */
export const visit = (port: number, host: string, path = '/'): Promise<Seen> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers: { Host: host } }, (response) => {
      seen(response).then(resolve, reject);
    });
    sent.on('error', reject);
    sent.end();
  });

/** Over TLS with the host as server name; the certificate has to be right under `ca`. */
export const visitSecurely = (
  port: number,
  host: string,
  path: string,
  { ca, header = host }: { ca: string; header?: string },
): Promise<Seen> =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, servername: host, path, ca, headers: { Host: header } };
    const sent = requestTls({ ...options, agent: new Agent({ maxCachedSessions: 0 }) }, (response) => {
      seen(response).then(resolve, reject);
    });
    sent.on('error', reject);
    sent.end();
  });

/** The serial number of the certificate shown for a server name, or the code of the error that ended the handshake. */
export const shownFor = (port: number, servername: string | undefined): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code!));
  });
