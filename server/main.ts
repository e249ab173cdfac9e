// `npm start`: reads the configuration, starts the roles asked for, and stops them cleanly when told to.
import type { Logger } from 'pino';
import { DirectoryInUse } from '../database/embedded/directory-lock.ts';
import { MigrationMismatch } from '../database/migrate.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import { firstKeyFile } from './roles/first-start.ts';
import { type Installation, startInstallation, WrongSecretKey } from './roles/installation.ts';
import { createLog } from './roles/log.ts';

/** Whatever has not drained by then is cut off; the next start takes it up again. */
const STOP_WITHIN_MS = 30_000;

const fail = (message: string): never => {
  process.stderr.write(`${message}\n`);
  process.exit(1);
};

const start = async (): Promise<void> => {
  const config = loadConfig();
  const log = createLog(config.log);
  const startedMs = performance.now();
  const starting = startInstallation(config, { log });
  // From the first moment: a database server is running before the start is through, and must not be left behind.
  stopWhenTold(starting, log);
  const installation = await starting;
  const ms = performance.now() - startedMs;
  // A log for programs stays one object a line, and is kept: the key goes to its file alone.
  if (config.log.format === 'json') {
    const { baseUrl, ports, storage, firstKey } = installation;
    const firstKeyIn = firstKey ? firstKeyFile(storage.dataDir) : undefined;
    log.info(
      { baseUrl, ports, dataDir: storage.dataDir, ms: Math.round(ms), firstKeyIn },
      'InboxKit is ready',
    );
  } else {
    announce(installation, config.server.roles, ms);
  }
};

const stopWhenTold = (starting: Promise<Installation>, log: Logger): void => {
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => fail('InboxKit did not stop in time and was cut off'), STOP_WITHIN_MS).unref();
    starting
      .then((installation) => installation.close())
      .then(
        () => log.info('stopped'),
        (error: Error) => fail(`InboxKit did not stop cleanly: ${error.message}`),
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A terminal that closes means the same.
  process.on('SIGHUP', stop);
};

const announce = (
  { baseUrl, identityUrl, ports, storage, firstKey }: Installation,
  roles: readonly string[],
  ms: number,
) => {
  const lines = [
    ['Dashboard', roles.includes('api') ? baseUrl : null],
    ['API', roles.includes('api') ? `${baseUrl}/v1/api   docs ${baseUrl}/docs` : null],
    ['DNS', roles.includes('dns') ? `port ${ports.dns} (UDP and TCP)` : null],
    [
      'Mail',
      roles.includes('mail')
        ? `SMTP ${ports.smtp}, submission ${ports.submission} and ${ports.submissions} (TLS), IMAP ${ports.imap} and ${ports.imaps} (TLS)`
        : null,
    ],
    [
      'Web',
      roles.includes('web')
        ? `HTTP ${ports.web}${ports.webTls === null ? '' : `, HTTPS ${ports.webTls}`}`
        : null,
    ],
    ['Sign-in', roles.includes('identity') ? identityUrl : null],
    ['Data', storage.dataDir],
  ].filter(([, text]) => text !== null);
  process.stdout.write(`\nInboxKit is ready after ${(ms / 1000).toFixed(1)} s\n`);
  for (const [name, text] of lines) process.stdout.write(`  ${name!.padEnd(9)} ${text}\n`);
  if (firstKey) {
    process.stdout.write(
      `\nThis is the first start. Your API key and workspace, also in ${firstKeyFile(storage.dataDir)}:\n` +
        `  Authorization: Bearer ${firstKey.api_key}\n  X-Workspace-Id: ${firstKey.workspace_id}\n` +
        `To sign in as the owner, choose a password here (good once, for a week):\n  ${firstKey.set_up_url}\n`,
    );
  }
  process.stdout.write('\n');
};

/** What a person has to change, for the failures of a start that say too little themselves. */
const hints: Record<string, string> = {
  EADDRINUSE: 'another program listens there; choose another port (docs/configuration.md lists them)',
  EADDRNOTAVAIL: 'this machine does not have the address of INBOXKIT_BIND',
  EACCES: 'this user may not do that; ports below 1024 and the data directory need the rights for it',
  ECONNREFUSED: 'nothing answers at DATABASE_URL',
  ENOTFOUND: 'the host of DATABASE_URL is not known',
};

/** Errors whose message is all a person needs; for anything else the stack is what helps. */
const explain = (error: unknown): string => {
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code !== undefined && hints[code]) return `InboxKit did not start: ${message || code}: ${hints[code]}`;
  const isPlain =
    error instanceof ConfigError ||
    error instanceof DirectoryInUse ||
    error instanceof MigrationMismatch ||
    error instanceof WrongSecretKey;
  return isPlain ? message : (stack ?? String(error));
};

start().catch((error: unknown) => fail(explain(error)));
