// A program that runs the embedded database until it is stopped, for tests that need it in another process.
// Prints its address as one line of JSON, or the reason why it could not start to stderr.
import { startEmbeddedPostgres } from '../embedded/embedded-postgres.ts';

const [dataDir, runtimeDir] = process.argv.slice(2);
if (!dataDir) throw new Error('usage: embedded-program.ts <data directory> [<runtime directory>]');
const log = { info: () => {}, warn: (message: string) => console.error(message) };
try {
  const server = await startEmbeddedPostgres({ dataDir, runtimeDir, log });
  process.once('SIGTERM', () => void server.stop());
  process.once('SIGHUP', () => process.exit(1)); // the end of a program that has an error nobody caught
  console.log(JSON.stringify({ url: server.url, pid: server.pid }));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
