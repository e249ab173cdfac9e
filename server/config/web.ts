// Forwarding of visitors who open a customer's domain in a browser.
import { port } from './value-types.ts';
import { defineSection, variable } from './variable.ts';

export const webSection = defineSection({
  title: 'Web forwarding',
  intro: 'Sends visitors of a domain to its redirect address (role `web`).',
  variables: {
    port: variable({
      name: 'INBOXKIT_WEB_PORT',
      type: port,
      default: '8081',
      doc: 'Port of the forwarding web server.',
      example: '80',
    }),
  },
});
