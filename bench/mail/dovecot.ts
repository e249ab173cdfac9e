// Dovecot from Debian: IMAP over Maildir, and the sign-in of Postfix. It checks app passwords, by the same hashes of
// `published.mailbox`; those are cheap, because it remembers rows but checks the hash each time, and with the other
// password argon2 alone would be measured.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { type Child, startProgram } from '../child.ts';

export const DOVECOT_PACKAGES = {
  'dovecot-core': 'dovecot',
  'dovecot-imapd': '/usr/lib/dovecot/imap',
  'dovecot-pgsql': '/usr/lib/dovecot/modules/auth/libdriver_pgsql.so',
};

export const startDovecot = async (settings: {
  databaseUrl: string;
  directory: string;
  imapsPort: number;
  authPort: number;
  tls: { cert: string; key: string };
}): Promise<Child> => {
  const { databaseUrl, directory, imapsPort, authPort, tls } = settings;
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  await mkdir(`${directory}/mail`);
  await chmod(`${directory}/mail`, 0o777);
  await chmod(directory, 0o755);
  const sql = [
    'driver = pgsql',
    `connect = host=${hostname} port=${port} dbname=${pathname.slice(1)} user=${username} password=${decodeURIComponent(password)}`,
    "password_query = SELECT address AS user, '{ARGON2ID}' || app_password_hash AS password FROM published.mailbox WHERE address = '%u' AND status = 'active'",
  ];
  await writeFile(`${directory}/sql.conf`, `${sql.join('\n')}\n`, { mode: 0o600 });
  await writeFile(
    `${directory}/dovecot.conf`,
    `
protocols = imap
base_dir = ${directory}/run
state_dir = ${directory}/state
log_path = /dev/stderr
info_log_path = /dev/stderr
ssl = required
ssl_cert = <${tls.cert}
ssl_key = <${tls.key}
ssl_min_protocol = TLSv1.2
first_valid_uid = 1
mail_location = maildir:${directory}/mail/%u
mail_fsync = always
mail_max_userip_connections = 1000
auth_mechanisms = plain login
auth_cache_size = 100M
auth_cache_ttl = 5 mins
passdb {
  driver = sql
  args = ${directory}/sql.conf
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${directory}/mail/%u
}
service auth {
  inet_listener postfix {
    address = 127.0.0.1
    port = ${authPort}
  }
  # Argon2 takes 19 MiB a check.
  vsz_limit = 1G
}
service auth-worker {
  vsz_limit = 1G
}
service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = ${imapsPort}
    ssl = yes
  }
}
`,
  );
  return startProgram('dovecot', ['-F', '-c', `${directory}/dovecot.conf`], /starting up/);
};
