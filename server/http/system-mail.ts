// Hands mail about the installation itself to the mail server that the operator named.
import { createTransport } from 'nodemailer';

export type SystemMessage = { to: string; subject: string; text: string };

export type SystemMail = {
  /** Resolves when the server has taken it. Rejects when it has not, or did not say. */
  send(message: SystemMessage): Promise<void>;
  close(): Promise<void>;
};

const TIMEOUT_MS = 20_000;

const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(host);

export const createSystemMail = ({ url, from }: { url: string; from: string }): SystemMail => {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || (secure ? 465 : 587)),
    secure,
    requireTLS: !secure,
    ...(username && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    // Its own certificate is self-made until it has a name; and nobody stands between on loopback.
    tls: { rejectUnauthorized: !isLoopback(hostname) },
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  return {
    async send(message) {
      // RFC 3834 §5: programs that answer mail by themselves leave this one alone.
      await transport.sendMail({ from, ...message, headers: { 'Auto-Submitted': 'auto-generated' } });
    },
    async close() {
      transport.close();
    },
  };
};
