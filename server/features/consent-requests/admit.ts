// Which consent requests are taken: for mailboxes of the workspace, to clients, hosts and scopes on its allow-list.
import type { Db } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { hostIsAmong } from '../../../providers/contracts/consent-flow.ts';
import type { FeatureContext } from '../context.ts';
import { type Mailbox, mailboxFind, mailboxNotFound } from '../mailboxes/index.ts';
import { findOauthClient, isApproved, type OauthClient } from '../oauth-clients/index.ts';
import { type ConsentRequest, statusTexts } from './consent-request.ts';
import {
  consentMailboxNotActive,
  consentNotSupported,
  consentUrlNotAllowed,
  oauthClientNotAllowed,
} from './errors.ts';
import type { ConsentWish } from './schema.ts';

export const admissionErrors = [
  mailboxNotFound,
  oauthClientNotAllowed,
  consentUrlNotAllowed,
  consentNotSupported,
  consentMailboxNotActive,
];

/** @throws ApiError mailbox_not_found */
export const mailboxOf = async (
  db: Db,
  workspaceUid: string,
  which: Pick<ConsentWish, 'mailbox_uid' | 'username' | 'domain'>,
): Promise<Mailbox> => {
  const { mailbox_uid, username, domain } = which;
  const mailbox = await mailboxFind(
    db,
    workspaceUid,
    mailbox_uid === undefined ? { address: `${username}@${domain}` } : { uid: mailbox_uid },
  );
  if (!mailbox) throw mailboxNotFound('Record not found');
  return mailbox;
};

/**
 * The request that a wish becomes. What is asked for in its address is checked here, what it leads to while it is worked.
 *
 * @throws ApiError one of `admissionErrors`
 */
export const admit = async (
  { db, providers, clock }: Pick<FeatureContext, 'db' | 'providers' | 'clock'>,
  workspace: { teamUid: string; uid: string },
  wish: ConsentWish,
  clientIdRequestUid: string | null = null,
): Promise<ConsentRequest> => {
  const mailbox = await mailboxOf(db, workspace.uid, wish);
  if (mailbox.status !== 'active') {
    throw consentMailboxNotActive(`${mailbox.address} is ${mailbox.status}`, { status: mailbox.status });
  }
  const { vendor, client } = await assertConsentAllowed(
    { db, providers },
    {
      workspaceUid: workspace.uid,
      platform: mailbox.platform,
      domainName: mailbox.domainName,
      consentUrl: wish.consent_url,
      clientId: wish.request_data?.client_id,
    },
  );
  const now = clock.now();
  return {
    uid: newId(),
    teamUid: workspace.teamUid,
    workspaceUid: workspace.uid,
    mailboxUid: mailbox.uid,
    mailboxEmail: mailbox.address,
    clientId: client.clientId,
    consentUrl: wish.consent_url,
    requestData: wish.request_data ?? {},
    vendor,
    clientIdRequestUid,
    status: 'queued',
    statusText: statusTexts.queued,
    statusReason: null,
    reasonCode: null,
    attempts: 0,
    createdAt: now,
    updatedAt: now,
    completedAt: null,
  };
};

/**
 * What can be said of a consent address before there is a mailbox to agree to it.
 *
 * @throws ApiError `oauth_client_not_allowed`, `consent_url_not_allowed`, `consent_not_supported`
 */
export const assertConsentAllowed = async (
  { db, providers }: Pick<FeatureContext, 'db' | 'providers'>,
  about: Pick<Mailbox, 'platform' | 'domainName'> & {
    workspaceUid: string;
    consentUrl: string;
    clientId?: unknown;
  },
): Promise<{ vendor: string; client: OauthClient }> => {
  const scope = { workspaceId: about.workspaceUid, domain: about.domainName };
  const vendor = await providers.consentVendor(about.platform, scope);
  const flow = providers.consentFlow(vendor);
  if (!flow) throw consentNotSupported(`Nobody knows the sign-in pages of ${vendor}`, { vendor });
  const url = new URL(about.consentUrl);
  const client = await clientOf(db, about.workspaceUid, url, about.clientId);
  checkUrl(url, client, flow.hosts());
  return { vendor, client };
};

/** @throws ApiError oauth_client_not_allowed */
export const allowedClient = async (db: Db, workspaceUid: string, clientId: string): Promise<OauthClient> => {
  const client = await findOauthClient(db, workspaceUid, { clientId });
  if (client && isApproved(client)) return client;
  const why = client ? 'waits for its second approver' : 'is not on the allow-list of the workspace';
  throw oauthClientNotAllowed(`Client ${clientId} ${why}`, { client_id: clientId });
};

const clientOf = async (db: Db, workspaceUid: string, url: URL, said: unknown): Promise<OauthClient> => {
  const inUrl = url.searchParams.get('client_id');
  const named = typeof said === 'string' && said !== '' ? said : null;
  if (inUrl !== null && named !== null && inUrl !== named) {
    throw oauthClientNotAllowed('The address and request_data name different clients', { client_id: inUrl });
  }
  const clientId = inUrl ?? named;
  if (clientId === null) {
    throw oauthClientNotAllowed('Neither the address nor request_data names a client_id', {
      client_id: null,
    });
  }
  return allowedClient(db, workspaceUid, clientId);
};

const checkUrl = (url: URL, client: OauthClient, vendorHosts: readonly string[]): void => {
  const hosts = [...vendorHosts, ...client.hosts];
  const redirect = URL.parse(url.searchParams.get('redirect_uri') ?? '');
  for (const host of [url.hostname, ...(redirect ? [redirect.hostname] : [])]) {
    if (!hostIsAmong(host, hosts)) {
      throw consentUrlNotAllowed(`${host} is not on the allow-list of the client`, {
        host,
        hosts: client.hosts,
      });
    }
  }
  const scopes = (url.searchParams.get('scope') ?? '').split(/\s+/).filter(Boolean);
  const more = scopes.filter((scope) => !client.scopes.includes(scope));
  if (more.length > 0) {
    throw consentUrlNotAllowed(`The address asks for ${more.join(' ')}, which the client may not have`, {
      scopes: more,
    });
  }
};
