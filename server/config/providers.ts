// Which vendor serves each role, and how the built-in registry behaves.
import { z } from 'zod';
import { count, httpUrl, listOf, oneOf } from './value-types.ts';
import { defineSection, optionalVariable, type ValueType, variable } from './variable.ts';

/** Vendors that can be named for each role. A vendor listed here has its entry in `providers/registry.ts`. */
const registrarVendors = ['builtin'] as const;
const dnsHostVendors = ['builtin'] as const;
const mailboxHostVendors = ['builtin'] as const;
const consentFlowVendors = ['builtin', 'google', 'microsoft'] as const;
const paymentVendors = ['builtin', 'stripe'] as const;

/** Ways in which the built-in registry can misbehave; a name that contains `-<word>` does so by itself. */
const registryFailureWords = [
  'fails-registration',
  'fails-later',
  'busy',
  'times-out-before',
  'times-out-after',
  'taken-late',
  'fails-renewal',
] as const;

const stripeKey: ValueType<string> = {
  label: 'secret key',
  schema: z.string().regex(/^(sk|rk)_\w+$/, 'must be a key that begins with sk_ or rk_'),
};
const stripeWebhookSecret: ValueType<string> = {
  label: 'signing secret',
  schema: z.string().regex(/^whsec_\w+$/, 'must be a secret that begins with whsec_'),
};

const mailboxHost = oneOf(mailboxHostVendors);
const consentFlow = oneOf(consentFlowVendors);
const OF_THE_HOST = 'unset: that of the mailbox host';

export const providersSection = defineSection({
  title: 'Providers',
  intro:
    'Who does the work outside the program. `builtin` is the part of this program that needs nobody else.',
  variables: {
    reconcileMinutes: variable({
      name: 'INBOXKIT_RECONCILE_MINUTES',
      type: count({ min: 10, max: 10_080, unit: 'minutes' }),
      default: '60',
      doc: 'How often what is stored of mailboxes is compared with what their hosts have. What is found is at `mailboxes/drift`.',
      example: '240',
    }),
    registrar: variable({
      name: 'INBOXKIT_REGISTRAR',
      type: oneOf(registrarVendors),
      default: 'builtin',
      doc: 'Registrar that quotes and registers names. The built-in registry keeps a table of names in the database: its names exist in this installation only.',
      example: 'builtin',
    }),
    dnsHost: variable({
      name: 'INBOXKIT_DNS_HOST',
      type: oneOf(dnsHostVendors),
      default: 'builtin',
      doc: 'Host of the zones. The built-in one is the `dns` role.',
      example: 'builtin',
    }),
    mailboxHostGoogle: variable({
      name: 'INBOXKIT_MAILBOX_HOST_GOOGLE',
      type: mailboxHost,
      default: 'builtin',
      doc: 'Host of mailboxes ordered for the platform `GOOGLE`. The built-in one is the `mail` role.',
      example: 'builtin',
    }),
    mailboxHostMicrosoft: variable({
      name: 'INBOXKIT_MAILBOX_HOST_MICROSOFT',
      type: mailboxHost,
      default: 'builtin',
      doc: 'Host of mailboxes ordered for the platform `MICROSOFT`.',
      example: 'builtin',
    }),
    mailboxHostAzure: variable({
      name: 'INBOXKIT_MAILBOX_HOST_AZURE',
      type: mailboxHost,
      default: 'builtin',
      doc: 'Host of mailboxes ordered for the platform `AZURE`.',
      example: 'builtin',
    }),
    mailboxHostSmtp: variable({
      name: 'INBOXKIT_MAILBOX_HOST_SMTP',
      type: mailboxHost,
      default: 'builtin',
      doc: 'Host of mailboxes ordered for the platform `SMTP`.',
      example: 'builtin',
    }),
    consentFlowGoogle: optionalVariable({
      name: 'INBOXKIT_CONSENT_FLOW_GOOGLE',
      type: consentFlow,
      defaultText: OF_THE_HOST,
      doc: 'Whose sign-in pages consent requests expect for mailboxes of the platform `GOOGLE`.',
      example: 'google',
    }),
    consentFlowMicrosoft: optionalVariable({
      name: 'INBOXKIT_CONSENT_FLOW_MICROSOFT',
      type: consentFlow,
      defaultText: OF_THE_HOST,
      doc: 'The same for the platform `MICROSOFT`.',
      example: 'microsoft',
    }),
    consentFlowAzure: optionalVariable({
      name: 'INBOXKIT_CONSENT_FLOW_AZURE',
      type: consentFlow,
      defaultText: OF_THE_HOST,
      doc: 'The same for the platform `AZURE`.',
      example: 'microsoft',
    }),
    consentFlowSmtp: optionalVariable({
      name: 'INBOXKIT_CONSENT_FLOW_SMTP',
      type: consentFlow,
      defaultText: OF_THE_HOST,
      doc: 'The same for the platform `SMTP`.',
      example: 'builtin',
    }),
    cloudflareUrl: variable({
      name: 'INBOXKIT_CLOUDFLARE_URL',
      type: httpUrl,
      default: 'https://api.cloudflare.com/client/v4',
      doc: 'Address of the API of Cloudflare, through which domains are connected whose zone lies in an account there. Another address is for trying it out.',
      example: 'http://127.0.0.1:9999',
    }),
    payments: variable({
      name: 'INBOXKIT_PAYMENTS',
      type: oneOf(paymentVendors),
      default: 'builtin',
      doc: 'Vendor that takes payments for credits. The built-in one is a test bank: everything about it works, and no money moves.',
      example: 'builtin',
    }),
    stripeSecretKey: optionalVariable({
      name: 'INBOXKIT_STRIPE_SECRET_KEY',
      type: stripeKey,
      doc: 'Secret key of the Stripe account, or a restricted key that may write customers, checkout sessions, payment intents and portal sessions. Needed with `INBOXKIT_PAYMENTS=stripe`; keep it set as long as payments made there can be refunded or disputed.',
      example: 'sk_live_51NorthPeak',
      secret: true,
    }),
    stripeWebhookSecret: optionalVariable({
      name: 'INBOXKIT_STRIPE_WEBHOOK_SECRET',
      type: stripeWebhookSecret,
      doc: 'Signing secret of the webhook endpoint at Stripe, which is to send to `<public address>/v1/payments/stripe/events`. Goes together with `INBOXKIT_STRIPE_SECRET_KEY`.',
      example: 'whsec_51NorthPeak',
      secret: true,
    }),
    stripeUrl: variable({
      name: 'INBOXKIT_STRIPE_URL',
      type: httpUrl,
      default: 'https://api.stripe.com',
      doc: 'Address of the API of Stripe. Another address is for trying it out.',
      example: 'http://127.0.0.1:9999',
    }),
    registryDelayMs: variable({
      name: 'INBOXKIT_REGISTRY_DELAY_MS',
      type: count({ min: 0, max: 600_000, unit: 'milliseconds' }),
      default: '0',
      doc: 'How long the built-in registry takes for each call, to try what a slow registry does to an order.',
      example: '2000',
    }),
    registryFailures: variable({
      name: 'INBOXKIT_REGISTRY_FAILURES',
      type: listOf(registryFailureWords, { word: 'off', means: [] }),
      default: 'off',
      doc: 'How the built-in registry misbehaves for every name, to try how orders survive it: `fails-registration` refuses, `fails-later` accepts and fails before the name is active, `busy` turns the first attempt away, `times-out-before` loses the first answer without having acted, `times-out-after` acts and loses the answer, `taken-late` gives a name away between quote and registration, `fails-renewal` refuses to renew. One name misbehaves by itself when it contains one of these words after a hyphen, such as `acme-times-out-after.com`.',
      example: 'busy,times-out-after',
    }),
  },
});
