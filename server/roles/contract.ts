// The whole contract in one place: every endpoint, workflow and error of the program.
import type { Db } from '../../database/database.ts';
import type { WorkflowDefinition } from '../../workflow/definition.ts';
import { accountEndpoints } from '../features/accounts/index.ts';
import { keyEndpoints, keyErrors, revokeKeysOf } from '../features/api-keys/index.ts';
import { auditEndpoints, auditErrors } from '../features/audit/index.ts';
import {
  billingEndpoints,
  billingErrors,
  billingWorkflows,
  type Continuation,
  keyCapViews,
  type ReadUpcoming,
} from '../features/billing/index.ts';
import { cloudflareDomainEndpoints } from '../features/cloudflare-domains/index.ts';
import { consentEndpoints, consentErrors } from '../features/consent-requests/index.ts';
import type { FeatureContext } from '../features/context.ts';
import { dnsEndpoints, dnsErrors, dnsWorkflows } from '../features/dns/index.ts';
import {
  boughtDomains,
  domainCheckout,
  domainContents,
  domainContinuations,
  domainEndpoints,
  domainErrors,
  domainsCharged,
  domainWorkflows,
  registrationSeller,
  removeDomainsOf,
  renewalSeller,
  taggableDomains,
  upcomingDomainRenewals,
  workspacesOfDomains,
} from '../features/domains/index.ts';
import { eventEndpoints, eventErrors } from '../features/events/index.ts';
import { factorEndpoints, factorErrors, peopleWithTotp, totpDelete } from '../features/factors/index.ts';
import { hostedDomainErrors } from '../features/hosted-domains/index.ts';
import { invoiceEndpoints, invoiceErrors } from '../features/invoices/index.ts';
import { mailQueueEndpoints, mailQueueErrors } from '../features/mail-queue/index.ts';
import { mailboxFileEndpoints, mailboxFileErrors } from '../features/mailbox-files/index.ts';
import { mailboxPictureEndpoints, mailboxPictureErrors } from '../features/mailbox-pictures/index.ts';
import {
  domainMailboxes,
  mailboxContinuations,
  mailboxDomainsCharged,
  mailboxEndpoints,
  mailboxErrors,
  mailboxSeller,
  mailboxTotals,
  mailboxWorkflows,
  platformsOfDomains,
  taggableMailboxes,
  upcomingMailboxRenewals,
} from '../features/mailboxes/index.ts';
import { oauthClientEndpoints, oauthClientErrors } from '../features/oauth-clients/index.ts';
import {
  orderContinuation,
  orderEndpoints,
  orderErrors,
  orderSeller,
  orderWorkflows,
  retrySeller,
  stopOrdersOf,
} from '../features/orders/index.ts';
import {
  passkeyCounts,
  passkeyEndpoints,
  passkeyErrors,
  passkeysDelete,
} from '../features/passkeys/index.ts';
import {
  type CheckoutPurchases,
  paymentEndpoints,
  paymentErrors,
  paymentWorkflows,
} from '../features/payments/index.ts';
import { type EndAccess, peopleEndpoints, peopleErrors, type ReadFactors } from '../features/people/index.ts';
import {
  prewarmCheckout,
  prewarmDomainsCharged,
  prewarmEndpoints,
  prewarmErrors,
  prewarmSeller,
  prewarmWorkflows,
} from '../features/prewarm/index.ts';
import { priceBookEndpoints, priceBookErrors } from '../features/price-book/index.ts';
import { quoteContinuations, quoteEndpoints, quoteErrors, type Seller } from '../features/quotes/index.ts';
import { sequencerEndpoints, sequencerErrors } from '../features/sequencers/index.ts';
import { sessionEndpoints, sessionErrors, sessionsEnd } from '../features/sessions/index.ts';
import {
  fundsOf,
  plansSubscribed,
  subscriptionContinuations,
  subscriptionEndpoints,
  subscriptionErrors,
  subscriptionWorkflows,
  upcomingSubscriptionRenewals,
} from '../features/subscriptions/index.ts';
import { suppressionEndpoints, suppressionErrors } from '../features/suppressions/index.ts';
import { tagEndpoints, tagErrors } from '../features/tags/index.ts';
import {
  upcomingWarmupRenewals,
  warmupContinuations,
  warmupDomainsCharged,
  warmupEndpoints,
  warmupErrors,
  warmupSeller,
} from '../features/warmup/index.ts';
import { followWorkspace, webhookEndpoints, webhookErrors } from '../features/webhooks/index.ts';
import { workspaceMemberEndpoints } from '../features/workspace-members/index.ts';
import {
  type WorkspaceContents,
  type WorkspaceParts,
  workspaceEndpoints,
  workspaceErrors,
  workspaceLimitReached,
  workspaceWorkflows,
} from '../features/workspaces/index.ts';
import { zoneAccountErrors } from '../features/zone-accounts/index.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { type ErrorDefinition, listErrorDefinitions, plumbingErrors } from '../http/errors.ts';
import { type ApiInfo, type OpenApiDocument, openApiDocument } from '../http/openapi.ts';
import { openSandbox } from './sandbox.ts';

const workspaceContents = async (db: Db, uids: string[]): Promise<Map<string, WorkspaceContents>> => {
  const domains = await domainContents(db, uids);
  const mailboxes = await mailboxTotals(db, uids);
  return new Map([...domains].map(([uid, held]) => [uid, { ...held, mailboxes: mailboxes.get(uid) ?? 0 }]));
};

/** What is in a workspace, and how it goes with it. */
export const workspaceParts: WorkspaceParts = {
  readContents: workspaceContents,
  follow: followWorkspace,
  revokeKeys: revokeKeysOf,
  async empty(context, workspaceUid, options) {
    await stopOrdersOf(context, workspaceUid);
    return removeDomainsOf(context, domainMailboxes, workspaceUid, options);
  },
};

/** What can be quoted before it is bought. */
const sellers: Readonly<Record<string, Seller>> = {
  order: orderSeller,
  retry_order: retrySeller,
  register_domains: registrationSeller,
  buy_mailboxes: mailboxSeller,
  renew_domains: renewalSeller,
  add_warmup: warmupSeller,
  buy_prewarmed: prewarmSeller,
};
const sellerErrors = [
  ...domainErrors,
  ...mailboxErrors,
  ...orderErrors,
  ...warmupErrors,
  ...prewarmErrors,
  workspaceLimitReached,
];

/** Everything that is renewed by itself. */
const upcoming: readonly ReadUpcoming[] = [
  ({ db }, teamUid, until) => upcomingSubscriptionRenewals(db, teamUid, until),
  (context, teamUid, until) => upcomingDomainRenewals(context, teamUid, until),
  ({ db }, teamUid, until) => upcomingMailboxRenewals(db, teamUid, until),
  ({ db }, teamUid, until) => upcomingWarmupRenewals(db, teamUid, until),
];

const domainsOf = async (db: Db, subjectUids: string[]): Promise<Map<string, string>> =>
  new Map([
    ...(await domainsCharged(db, subjectUids)),
    ...(await prewarmDomainsCharged(db, subjectUids)),
    ...(await mailboxDomainsCharged(db, subjectUids)),
    ...(await warmupDomainsCharged(db, subjectUids)),
  ]);

const readFactors: ReadFactors = async (db, personUids) => {
  const withTotp = await peopleWithTotp(db, personUids);
  const passkeys = await passkeyCounts(db, personUids);
  return new Map(
    personUids.map((uid) => [uid, { totp: withTotp.has(uid), passkeys: passkeys.get(uid) ?? 0 }]),
  );
};

const endAccess: EndAccess = async (tx, personUid, { factors }, now) => {
  await sessionsEnd(tx, personUid, { but: null }, now);
  if (!factors) return;
  await totpDelete(tx, personUid);
  await passkeysDelete(tx, personUid);
};

export const allEndpoints: readonly Endpoint<FeatureContext>[] = [
  ...orderEndpoints,
  ...accountEndpoints(fundsOf),
  ...workspaceEndpoints(workspaceParts),
  ...eventEndpoints,
  ...auditEndpoints,
  ...keyEndpoints(openSandbox, keyCapViews, workspacesOfDomains),
  ...peopleEndpoints({
    readFactors,
    endAccess,
    endSessionsIn: (tx, { personUid, teamUid }, now) => sessionsEnd(tx, personUid, { teamUid }, now),
  }),
  ...workspaceMemberEndpoints,
  ...factorEndpoints((tx, personUid, but, now) => sessionsEnd(tx, personUid, { but }, now)),
  ...passkeyEndpoints,
  ...sessionEndpoints,
  ...tagEndpoints({ domain: taggableDomains, mailbox: taggableMailboxes }),
  ...domainEndpoints(domainMailboxes),
  ...cloudflareDomainEndpoints(domainMailboxes),
  ...dnsEndpoints(platformsOfDomains, boughtDomains),
  ...mailboxEndpoints,
  ...mailboxPictureEndpoints,
  ...mailboxFileEndpoints,
  ...mailQueueEndpoints,
  ...suppressionEndpoints,
  ...oauthClientEndpoints,
  ...consentEndpoints,
  ...sequencerEndpoints,
  ...prewarmEndpoints,
  ...warmupEndpoints,
  ...paymentEndpoints,
  ...billingEndpoints(upcoming, domainsOf),
  ...subscriptionEndpoints,
  ...invoiceEndpoints,
  ...quoteEndpoints(sellers, sellerErrors),
  ...priceBookEndpoints(plansSubscribed),
  ...webhookEndpoints,
];

/** How each kind of purchase that waits for credits goes on when they arrive. */
const continuations: Readonly<Record<string, Continuation>> = {
  order: orderContinuation,
  ...subscriptionContinuations,
  ...quoteContinuations(sellers),
  ...domainContinuations,
  ...mailboxContinuations,
  ...warmupContinuations,
};

/** What goes on when its checkout is paid. */
export const checkoutPurchases: CheckoutPurchases = {
  domains: domainCheckout,
  prewarm: prewarmCheckout,
};

export const allWorkflows: readonly WorkflowDefinition<FeatureContext, never, unknown>[] = [
  ...workspaceWorkflows(workspaceParts),
  ...billingWorkflows(continuations),
  ...paymentWorkflows,
  ...subscriptionWorkflows,
  ...dnsWorkflows,
  ...domainWorkflows(domainMailboxes),
  ...mailboxWorkflows,
  ...prewarmWorkflows,
  ...orderWorkflows,
];

export const allErrors: readonly ErrorDefinition[] = listErrorDefinitions([
  ...plumbingErrors,
  ...eventErrors,
  ...auditErrors,
  ...keyErrors,
  ...peopleErrors,
  ...factorErrors,
  ...passkeyErrors,
  ...sessionErrors,
  ...workspaceErrors,
  ...billingErrors,
  ...paymentErrors,
  ...priceBookErrors,
  ...subscriptionErrors,
  ...invoiceErrors,
  ...quoteErrors,
  ...tagErrors,
  ...dnsErrors,
  ...domainErrors,
  ...zoneAccountErrors,
  ...hostedDomainErrors,
  ...mailboxErrors,
  ...mailboxPictureErrors,
  ...mailboxFileErrors,
  ...mailQueueErrors,
  ...suppressionErrors,
  ...oauthClientErrors,
  ...consentErrors,
  ...sequencerErrors,
  ...prewarmErrors,
  ...warmupErrors,
  ...orderErrors,
  ...webhookErrors,
]);

export const apiInfo: ApiInfo = {
  title: 'InboxKit',
  version: '1.0.0',
  description:
    'Domains, DNS, mailboxes and the money for them. Send `Authorization: Bearer <key>`, or the cookie ' +
    'of a person who signed in; operations on a workspace also need `X-Workspace-Id`. Every write takes an `Idempotency-Key`.',
};

export const buildOpenApi = (): OpenApiDocument => openApiDocument(allEndpoints, apiInfo);
