// A receiver of webhooks: answers at once, except below /dead, where it never does. Prints where it listens.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

let received = 0;
let lastAt = performance.now();

const server = createServer((request, response) => {
  if (request.url === '/count') {
    response.end(JSON.stringify({ received, lastAgoMs: performance.now() - lastAt }));
    return;
  }
  request.resume();
  if (request.url?.startsWith('/dead')) return;
  if (request.url !== '/peer') {
    received += 1;
    lastAt = performance.now();
  }
  request.once('end', () => response.end());
});
// A peer that pauses longer must not find its connection closed under its next request.
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
