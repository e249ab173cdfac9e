// GET /mailboxes/show-credentials: the secrets of one mailbox, and where to sign in with them.
import { z } from 'zod';
import type { MailEndpoint } from '../../../providers/contracts/mailbox-host.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { findForReveal, oneMailbox } from './credentials.ts';
import { mailboxHasNoCredentials, mailboxNotFound } from './errors.ts';
import { credentialsRevealed, REVEALED } from './events.ts';
import { openSecrets } from './secrets.ts';
import { mailboxSecrets } from './store.ts';

const endpointShape = z
  .object({
    host: z.string(),
    port: z.int(),
    security: z.enum(['tls', 'starttls']),
    username: z.string(),
    connect_to: z
      .string()
      .nullable()
      .meta({ description: 'Address to connect to where DNS does not know the host' }),
  })
  .meta({ id: 'MailEndpoint' });

export const showCredentials = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.show-credentials',
  summary: 'Show mailbox credentials',
  description:
    'Each reveal is an event `mailbox.credentials_revealed` that names the key, never the secrets.',
  method: 'GET',
  path: '/mailboxes/show-credentials',
  scope: 'workspace',
  keepsToDomains: ['uid', 'email'],
  right: 'secrets',
  query: oneMailbox,
  response: z.object({
    uid: z.uuid(),
    email: z.string(),
    password: z.string(),
    app_password: z.string(),
    secret: z.string().meta({ description: 'TOTP seed, base32' }),
    smtp: endpointShape,
    imap: endpointShape,
    certificate: z.string().nullable().meta({
      description: 'PEM to trust, where the host’s certificate is not signed by a public authority',
    }),
  }),
  errors: [mailboxNotFound, mailboxHasNoCredentials],
  async handle({ query, caller, workspace, requestId, commit }, { db, clock, providers, secrets }) {
    const mailbox = await findForReveal(db, workspace.uid, query);
    const opened = openSecrets(secrets, mailbox.uid, await mailboxSecrets(db, mailbox.uid));
    const scope = { workspaceId: workspace.uid, domain: mailbox.domainName };
    const { smtp, imap } = await providers.mailboxHost(mailbox.platform, scope).access();

    return commit(async (tx) => {
      const by = { ...caller, requestId };
      await recordEvents(tx, [credentialsRevealed(mailbox, by, clock.now(), REVEALED)]);
      return {
        message: 'Mailbox credentials retrieved successfully',
        uid: mailbox.uid,
        email: mailbox.address,
        password: opened.password,
        app_password: opened.appPassword,
        secret: opened.totpSecret,
        smtp: endpointRow(smtp, mailbox.address),
        imap: endpointRow(imap, mailbox.address),
        certificate: smtp.ca ?? null,
      };
    });
  },
});

const endpointRow = (endpoint: MailEndpoint, username: string) => ({
  host: endpoint.host,
  port: endpoint.port,
  security: endpoint.security,
  username,
  connect_to: endpoint.connectTo ?? null,
});
