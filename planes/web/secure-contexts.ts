// The certificate shown to a visitor, chosen by the name in the handshake (SNI, RFC 6066 §3).
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Logger } from 'pino';
import type { Db } from '../../database/database.ts';
import { listen } from '../../database/listen.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import { CERTIFICATE_CHANNEL, certificateInUse, certificateNameOf } from './acme/store.ts';
import { Kept } from './kept.ts';

export type SecureContexts = {
  /** Null for a name without a certificate. Never rejects: a visitor is refused when nothing can be read or recalled. */
  find(serverName: string): Promise<SecureContext | null>;
  close(): Promise<void>;
};

type Shown = { context: SecureContext; covers: string[]; issuedAt: Date };

/** About 35 KB of memory each. */
const MOST_KEPT = 2_000;
/** Changes are notified; this is for notifications that got lost. */
const FRESH_MS = 60_000;
const ABSENT_FRESH_MS = 1_000;

export const openSecureContexts = async ({
  databaseUrl,
  db,
  secretBox,
  log,
}: {
  databaseUrl: string;
  db: Db;
  secretBox: SecretBox;
  log: Pick<Logger, 'info' | 'warn'>;
}): Promise<SecureContexts> => {
  const kept = new Kept<Shown | null>({
    read: async (name, known) => {
      const certificate = await certificateInUse(db, secretBox, name);
      if (!certificate) return null;
      if (known && known.issuedAt.getTime() === certificate.issuedAt.getTime()) return known;
      const { chainPem, keyPem, covers, issuedAt } = certificate;
      return { context: createSecureContext({ cert: chainPem, key: keyPem }), covers, issuedAt };
    },
    freshMs: (shown) => (shown ? FRESH_MS : ABSENT_FRESH_MS),
    most: MOST_KEPT,
    onAway: (err) => log.warn({ err }, 'certificates cannot be read; those in memory are shown'),
    onBack: () => log.info('certificates are read again'),
  });
  const listener = await listen(databaseUrl, CERTIFICATE_CHANNEL, (name) => kept.outdate(name), {
    onReconnect: () => kept.outdate(),
  });
  return {
    async find(serverName) {
      const host = serverName.toLowerCase().replace(/\.$/, '');
      const shown = await kept.get(certificateNameOf(host)).catch(() => null);
      return shown?.covers.includes(host) ? shown.context : null;
    },
    close: () => listener.close(),
  };
};
