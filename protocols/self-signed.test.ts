// Proves the certificate by what OpenSSL reads from it and by a TLS handshake that checks it.
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createSelfSignedCertificate } from './self-signed.ts';

describe('self-signed certificate', () => {
  it('names every DNS name and IP literal it was asked for, and nothing else', async () => {
    const { certPem, keyPem } = await createSelfSignedCertificate({
      names: ['mail.example.com', '*.example.com', '127.0.0.1', '::1'],
    });
    const certificate = new X509Certificate(certPem);
    expect(certificate.subjectAltName).toBe(
      'DNS:mail.example.com, DNS:*.example.com, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
    expect(certificate.subject).toBe('CN=mail.example.com');
    expect(certificate.ca).toBe(false);
    expect(keyPem).toContain('BEGIN PRIVATE KEY');
  });

  it('is valid for the period it was asked for', async () => {
    const notBefore = new Date('2030-01-01T00:00:00.000Z');
    const { certPem } = await createSelfSignedCertificate({ names: ['a.example'], days: 10, notBefore });
    const certificate = new X509Certificate(certPem);
    expect(certificate.validFromDate).toEqual(notBefore);
    expect(certificate.validToDate).toEqual(new Date('2030-01-11T00:00:00.000Z'));
  });

  it('never repeats a serial number', async () => {
    const made = await Promise.all(
      [1, 2, 3].map(() => createSelfSignedCertificate({ names: ['a.example'] })),
    );
    expect(new Set(made.map(({ certPem }) => new X509Certificate(certPem).serialNumber)).size).toBe(3);
  });

  it('carries a TLS session with a client that trusts it and checks the name', async () => {
    const { keyPem, certPem } = await createSelfSignedCertificate({ names: ['localhost', '127.0.0.1'] });
    const server = tls.createServer({ key: keyPem, cert: certPem }, (socket) => socket.end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = tls.connect({ host: '127.0.0.1', port, ca: certPem });
    const [data] = await once(client, 'data');
    expect(String(data)).toBe('hello');
    expect(client.authorized).toBe(true);
    client.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('needs at least one name', async () => {
    await expect(createSelfSignedCertificate({ names: [] })).rejects.toThrow(RangeError);
  });
});
