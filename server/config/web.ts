// Forwarding of visitors who open a customer's domain in a browser.
import { z } from 'zod';
import { port, readableFile } from './value-types.ts';
import { defineSection, optionalVariable, type ValueType, variable } from './variable.ts';

/** Kept as it is written, a slash at the end included: an authority is asked for exactly this address. */
const httpsUrl: ValueType<string> = {
  label: 'https address',
  schema: z
    .string()
    .refine(
      (text) => URL.parse(text)?.protocol === 'https:',
      'must be an address such as https://acme.example.net/directory (ACME is spoken over https only)',
    ),
};

const emailAddress: ValueType<string> = {
  label: 'e-mail address',
  schema: z.email('must be an e-mail address such as hostmaster@example.net'),
};

export const webSection = defineSection({
  title: 'Web forwarding',
  intro:
    'Sends visitors of a domain to its redirect address (role `web`): over HTTP always, over HTTPS when an authority for certificates is given.',
  variables: {
    port: variable({
      name: 'INBOXKIT_WEB_PORT',
      type: port,
      default: '8081',
      doc: 'Port of the forwarding web server. Certificate authorities look at port 80 only.',
      example: '80',
    }),
    tlsPort: variable({
      name: 'INBOXKIT_WEB_TLS_PORT',
      type: port,
      default: '8443',
      doc: 'Port of the forwarding web server for HTTPS. Nothing listens on it while `INBOXKIT_ACME_DIRECTORY` is unset.',
      example: '443',
    }),
    acmeDirectory: optionalVariable({
      name: 'INBOXKIT_ACME_DIRECTORY',
      type: httpsUrl,
      defaultText: 'unset: plain HTTP only',
      doc: "Directory of a certificate authority that speaks ACME (RFC 8555). With it, every forwarded domain and its `www` get a certificate, which is renewed at two thirds of its life; the authority has to reach `INBOXKIT_WEB_PORT` as port 80 of the domain. Setting it agrees to the authority's terms of service. When it is changed, every certificate is ordered again from the new authority.",
      example: 'https://acme-v02.api.letsencrypt.org/directory',
    }),
    acmeEmail: optionalVariable({
      name: 'INBOXKIT_ACME_EMAIL',
      type: emailAddress,
      doc: 'Where the certificate authority may write about the account and its certificates.',
      example: 'hostmaster@example.net',
    }),
    acmeCaFile: optionalVariable({
      name: 'INBOXKIT_ACME_CA',
      type: readableFile,
      doc: 'PEM file with the certificates to trust when talking to `INBOXKIT_ACME_DIRECTORY`, instead of the usual ones. For an authority of your own.',
      example: '/etc/inboxkit/acme-ca.pem',
    }),
  },
});
