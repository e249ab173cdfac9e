// The installation's own names, and where each of its servers is reached.
import type { Config } from '../config/config.ts';

export type Hosts = {
  /** Receives mail and is what mail programs connect to. */
  mail: string;
  nameservers: [string, string];
  /** Where this process reaches the DNS plane and the mail plane. */
  reach: { dns: string; mail: string };
};

export const hostsOf = ({ hostname, bind, roles, publicAddress }: Config['server']): Hosts => {
  // A wildcard listener of this process is reached over loopback, a plane of another machine at the public address.
  const here = bind === '0.0.0.0' ? '127.0.0.1' : bind === '::' ? '::1' : bind;
  return {
    mail: `mail.${hostname}`,
    nameservers: [`ns1.${hostname}`, `ns2.${hostname}`],
    reach: {
      dns: roles.includes('dns') ? here : publicAddress,
      mail: roles.includes('mail') ? here : publicAddress,
    },
  };
};

/** The ports the planes listen on: the real ones of planes in this process, the configured ones of others. */
export type PlanePorts = {
  dns: number;
  smtp: number;
  submission: number;
  submissions: number;
  imap: number;
  imaps: number;
  web: number;
  /** Null where no certificates are had, so that HTTPS is not spoken. */
  webTls: number | null;
  identity: number;
};

export const configuredPorts = (config: Config): PlanePorts => ({
  dns: config.dns.port,
  smtp: config.mail.smtpPort,
  submission: config.mail.submissionPort,
  submissions: config.mail.submissionsPort,
  imap: config.mail.imapPort,
  imaps: config.mail.imapsPort,
  web: config.web.port,
  webTls: config.web.acmeDirectory === null ? null : config.web.tlsPort,
  identity: config.identity.port,
});

/** `address:port`; an IPv6 address goes into brackets, or its last group would be read as the port (RFC 3986 §3.2.2). */
export const socketAddress = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
