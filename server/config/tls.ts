// The certificate shown to mail programs and servers.
import { readableFile } from './value-types.ts';
import { defineSection, optionalVariable } from './variable.ts';

export const tlsSection = defineSection({
  title: 'TLS',
  intro:
    'Without these two the program makes an authority and a certificate of its own on first start and keeps them in the data directory; clients must then be told to trust it.',
  variables: {
    certFile: optionalVariable({
      name: 'INBOXKIT_TLS_CERT',
      type: readableFile,
      doc: 'PEM file with the certificate for `mail.<INBOXKIT_HOSTNAME>` and its chain. Goes together with `INBOXKIT_TLS_KEY`.',
      example: '/etc/inboxkit/fullchain.pem',
    }),
    keyFile: optionalVariable({
      name: 'INBOXKIT_TLS_KEY',
      type: readableFile,
      doc: 'PEM file with the private key of `INBOXKIT_TLS_CERT`.',
      example: '/etc/inboxkit/privkey.pem',
    }),
  },
});
