// The certificate that mail programs see: the operator's, or one made at the first start and kept.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../../database/clock.ts';
import { createSelfSignedCertificate } from '../../protocols/self-signed.ts';
import type { Config } from '../config/config.ts';

export type Certificate = {
  /** PEM. */
  key: string;
  cert: string;
  /** Made here, so that clients have to be told to trust it. */
  selfMade: boolean;
};

/** A certificate that ends sooner than this is replaced at the start. */
const RENEW_BEFORE_MS = 30 * 24 * 60 * 60 * 1000;

export const loadCertificate = async (
  tls: Config['tls'],
  names: string[],
  dataDir: string,
  clock: Clock,
): Promise<Certificate> => {
  if (tls) {
    const [cert, key] = await Promise.all([readFile(tls.certFile, 'utf8'), readFile(tls.keyFile, 'utf8')]);
    return { key, cert, selfMade: false };
  }
  const folder = join(dataDir, 'tls');
  const kept = await readKept(folder);
  if (kept && serves(kept, names, clock.now())) return { ...kept, selfMade: true };
  const { keyPem, certPem } = await createSelfSignedCertificate({ names });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // The key first: a crash in between leaves a pair that does not fit, and the next start makes a new one.
  await replaceFile(join(folder, 'key.pem'), keyPem);
  await replaceFile(join(folder, 'cert.pem'), certPem);
  return { key: keyPem, cert: certPem, selfMade: true };
};

const readKept = async (folder: string): Promise<{ key: string; cert: string } | null> => {
  try {
    const key = await readFile(join(folder, 'key.pem'), 'utf8');
    const cert = await readFile(join(folder, 'cert.pem'), 'utf8');
    return { key, cert };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

const serves = ({ key, cert }: { key: string; cert: string }, names: string[], now: Date): boolean => {
  const parsed = new X509Certificate(cert);
  if (!parsed.checkPrivateKey(createPrivateKey(key))) return false;
  const lasts = parsed.validToDate.getTime() - now.getTime() > RENEW_BEFORE_MS;
  return lasts && names.every((name) => isFor(parsed, name));
};

/** By the rules of the clients that will check it (RFC 9525 §6): a name inside of another one is not in there. */
const isFor = (certificate: X509Certificate, name: string): boolean =>
  (isIP(name) === 0 ? certificate.checkHost(name, { subject: 'never' }) : certificate.checkIP(name)) !==
  undefined;

const replaceFile = async (path: string, content: string): Promise<void> => {
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, content, { mode: 0o600 });
  await rename(unfinished, path);
};
