// A port for what has to be told its port before it starts.
import { createServer } from 'node:net';

/** Nothing listens there yet; another program may be faster, which is fine for tests. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address!.port : 0));
    });
  });
