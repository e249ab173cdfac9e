// A certificate authority's own keys, and what it signs with them.
import { randomBytes, webcrypto } from 'node:crypto';
// @peculiar/x509 does not load without it.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 24 * 60 * 60 * 1000;

export type Validity = { notBefore: Date; notAfter: Date };

export type Issuer = {
  rootPem: string;
  /** Names in a signing request (RFC 2986), whose signature is checked. */
  namesIn(csr: Buffer): Promise<string[]>;
  /** The chain, the host's own certificate first. */
  issue(csr: Buffer, hosts: string[], validity: Validity): Promise<string>;
};

const serialNumber = () => `7f${randomBytes(15).toString('hex')}`;

export const createIssuer = async (): Promise<Issuer> => {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=Root of the tests',
    notBefore: new Date(Date.now() - 365 * DAY_MS),
    notAfter: new Date(Date.now() + 365 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  const read = (csr: Buffer) => new x509.Pkcs10CertificateRequest(csr);
  return {
    rootPem: root.toString('pem'),
    async namesIn(csr) {
      const request = read(csr);
      if (!(await request.verify())) throw new Error('the signature of the request is wrong');
      const names = request.extensions.find(
        (extension) => extension instanceof x509.SubjectAlternativeNameExtension,
      );
      return names?.names.items.map(({ value }) => value) ?? [];
    },
    async issue(csr, hosts, { notBefore, notAfter }) {
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: '',
        issuer: root.subject,
        notBefore,
        notAfter,
        signingAlgorithm: ALGORITHM,
        publicKey: read(csr).publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension(
            hosts.map((value) => ({ type: 'dns' as const, value })),
            true,
          ),
        ],
      });
      return `${certificate.toString('pem')}\n${root.toString('pem')}\n`;
    },
  };
};
