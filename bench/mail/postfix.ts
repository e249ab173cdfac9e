// Postfix from Debian with maps in PostgreSQL: an instance of its own, with its own directories and ports, beside
// whatever else runs. What it accepts is on the disk before it says so, and then discarded, the cheapest delivery.
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { keep } from '../leftovers.ts';

export const POSTFIX_PACKAGES = { postfix: 'postfix', 'postfix-pgsql': '/usr/lib/postfix/postfix-pgsql.so' };

export type Postfix = { pid: number; stop(): Promise<void> };

export type PostfixPorts = { smtp: number; submissions: number };

type Settings = {
  databaseUrl: string;
  directory: string;
  ports: PostfixPorts;
  tls: { cert: string; key: string };
};

export const startPostfix = async (settings: Settings, authPort: number): Promise<Postfix> => {
  const { directory, ports, tls, databaseUrl } = settings;
  const { uid, gid } = await idsOf('postfix');
  for (const name of ['config', 'queue', 'state']) await mkdir(`${directory}/${name}`);
  await chown(`${directory}/state`, uid, gid);
  // Its daemons run as their own user and have to get there.
  await chmod(directory, 0o755);
  const map = async (name: string, query: string) => {
    const { hostname, port, username, password, pathname } = new URL(databaseUrl);
    const lines = [
      `hosts = ${hostname}:${port}`,
      `user = ${username}`,
      `password = ${decodeURIComponent(password)}`,
      `dbname = ${pathname.slice(1)}`,
      `query = ${query}`,
    ];
    await writeFile(`${directory}/config/${name}`, `${lines.join('\n')}\n`);
    return `proxy:pgsql:${directory}/config/${name}`;
  };
  const main = {
    compatibility_level: '3.6',
    queue_directory: `${directory}/queue`,
    data_directory: `${directory}/state`,
    maillog_file: `${directory}/log`,
    maillog_file_prefixes: directory,
    myhostname: 'mail.bench.example',
    mydestination: '',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    mynetworks: '192.0.2.1/32',
    alias_maps: '',
    virtual_mailbox_domains: await map('domains', "select name from published.mail_domain where name = '%s'"),
    virtual_mailbox_maps: await map(
      'mailboxes',
      "select address from published.mailbox where address = '%s' and status = 'active'",
    ),
    smtpd_sender_login_maps: await map(
      'senders',
      "select address from published.mailbox where address = '%s'",
    ),
    virtual_transport: 'discard:',
    default_transport: 'discard:',
    smtpd_client_connection_count_limit: '0',
    smtpd_tls_cert_file: tls.cert,
    smtpd_tls_key_file: tls.key,
    smtpd_relay_restrictions: 'permit_sasl_authenticated, reject_unauth_destination',
    smtpd_sasl_type: 'dovecot',
    smtpd_sasl_path: `inet:127.0.0.1:${authPort}`,
  };
  const lines = Object.entries(main).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(`${directory}/config/main.cf`, lines.join(''));
  const services = (await readFile('/usr/share/postfix/master.cf.dist', 'utf8'))
    .split('\n')
    // Without chroot, whose files would have to be copied; and without pipes to programs that are not here.
    .filter((line) => /^[a-z]+ +unix /.test(line) && !/ pipe$/.test(line))
    .map((line) => line.replace(/^(\S+ +\S+ +\S+ +\S+ +)y/, '$1n'));
  const listeners = [
    `127.0.0.1:${ports.smtp} inet n - n - - smtpd`,
    `127.0.0.1:${ports.submissions} inet n - n - - smtpd`,
    '  -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes',
    '  -o smtpd_sender_restrictions=reject_sender_login_mismatch',
    'postlog unix-dgram n - n - 1 postlogd',
  ];
  await writeFile(`${directory}/config/master.cf`, [...listeners, ...services, ''].join('\n'));
  for (const name of ['dynamicmaps.cf', 'postfix-files', 'postfix-script', 'post-install']) {
    await writeFile(`${directory}/config/${name}`, await readFile(`/etc/postfix/${name}`), { mode: 0o755 });
  }
  return startMaster(directory);
};

const run = promisify(execFile);
const STOPS_WITHIN_MS = 20_000;

/** Its starter ends, the daemon goes on; a socket, which is what a child's output is here, it cannot write its log to. */
const startMaster = async (directory: string): Promise<Postfix> => {
  await run('postfix', ['-c', `${directory}/config`, 'start']);
  const pid = Number.parseInt(await readFile(`${directory}/queue/pid/master.pid`, 'utf8'), 10);
  const isRunning = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const stop = keep(async () => {
    process.kill(pid, 'SIGTERM');
    const deadline = performance.now() + STOPS_WITHIN_MS;
    while (isRunning() && performance.now() < deadline) await new Promise((wake) => setTimeout(wake, 50));
  });
  return { pid, stop };
};

const idsOf = async (user: string): Promise<{ uid: number; gid: number }> => {
  const line = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((entry) => entry.startsWith(`${user}:`));
  const [, , uid, gid] = (line ?? '').split(':');
  return { uid: Number(uid), gid: Number(gid) };
};
