// Where mail to other domains is handed over when it does not go to their mail hosts itself.
import { hostName, oneOf, port, readableFile, text } from './value-types.ts';
import { defineSection, optionalVariable, variable } from './variable.ts';

export const smartHostSection = defineSection({
  title: 'Smart host',
  intro:
    'With a smart host, all mail to domains that are not hosted here goes to it instead of to their mail hosts. ' +
    '`INBOXKIT_OUTBOUND` must be `on` for that too. The connection is always encrypted.',
  variables: {
    host: optionalVariable({
      name: 'INBOXKIT_SMART_HOST',
      type: hostName,
      doc: 'Name of the host, which its certificate must be for.',
      example: 'smtp.relay.example',
    }),
    port: variable({
      name: 'INBOXKIT_SMART_HOST_PORT',
      type: port,
      default: '587',
      doc: 'Its port.',
      example: '465',
    }),
    security: variable({
      name: 'INBOXKIT_SMART_HOST_SECURITY',
      type: oneOf(['starttls', 'tls']),
      default: 'starttls',
      doc: '`starttls`, usual on 587, or `tls` from the first byte, usual on 465. Without TLS nothing is sent.',
      example: 'tls',
    }),
    user: optionalVariable({
      name: 'INBOXKIT_SMART_HOST_USER',
      type: text,
      doc: 'User name to sign in with; without one the host must know this machine by its address.',
      example: 'relay-user',
    }),
    password: optionalVariable({
      name: 'INBOXKIT_SMART_HOST_PASSWORD',
      type: text,
      doc: 'Password of that user.',
      example: 'a long secret',
      secret: true,
    }),
    caFile: optionalVariable({
      name: 'INBOXKIT_SMART_HOST_CA',
      type: readableFile,
      doc: 'PEM file with the certificate of an authority that the system does not know.',
      example: '/etc/inboxkit/relay-ca.pem',
    }),
  },
});
