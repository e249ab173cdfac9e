/**
 * Makes the certificate a listener presents until the installation is given one of its own.
 * Clients that check certificates refuse it, which is right: it authenticates nobody, it only encrypts.
 */
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
// @peculiar/x509 does not load without it (its container, tsyringe, asks for the Reflect metadata API).
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 24 * 60 * 60 * 1000;
// The common name has an upper bound (RFC 5280 appendix A.1, ub-common-name); clients read the SAN anyway.
const MAX_COMMON_NAME_LENGTH = 64;

export type SelfSignedOptions = {
  /** DNS names (a `*.` wildcard is fine) and IP literals the certificate is for; the first is its common name. */
  names: string[];
  /** Days of validity; 825 by default, the longest that Apple's clients accept for such certificates. */
  days?: number;
  /** Start of validity; one hour ago by default, so that a client with a slow clock does not refuse it. */
  notBefore?: Date;
};

/**
 * A fresh P-256 key and a certificate signed with it.
 *
 * @returns PKCS#8 private key and X.509 certificate, both PEM, as `tls.createSecureContext` takes them.
 * @throws RangeError when `names` is empty.
 */
export async function createSelfSignedCertificate(
  options: SelfSignedOptions,
): Promise<{ keyPem: string; certPem: string }> {
  const { names, days = 825, notBefore = new Date(Date.now() - 60 * 60 * 1000) } = options;
  const [commonName] = names;
  if (commonName === undefined) throw new RangeError('A certificate needs at least one name');
  const keys = await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // RFC 5280 §4.1.2.2: positive, at most 20 octets. A repeated serial number under one issuer name makes
    // NSS refuse the connection, so it is random rather than 1.
    serialNumber: `7f${randomBytes(15).toString('hex')}`,
    name: [{ CN: [commonName.slice(0, MAX_COMMON_NAME_LENGTH)] }],
    notBefore,
    notAfter: new Date(notBefore.getTime() + days * DAY_MS),
    signingAlgorithm: KEY_ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      // RFC 6125 §6.4.4: names are looked for here, and only here when it is present.
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { keyPem: x509.PemConverter.encode(key, 'PRIVATE KEY'), certPem: certificate.toString('pem') };
}
