// What every endpoint promises whatever it does, asked of the whole program over HTTP.
import { beforeAll, describe, expect, test } from 'vitest';
import { environmentOf } from '../../providers/sequencer-fakes.ts';
import { API_PREFIX } from '../http/openapi.ts';
import { rights } from '../http/rights.ts';
import { TOKEN, useCloudflareWorld } from '../testing/cloudflare-world.ts';
import { consentInputs } from '../testing/consent-inputs.ts';
import {
  endpointProperties,
  type PropertyException,
  type PropertyFixtures,
} from '../testing/endpoint-properties.ts';
import { askUntil, orderEnded } from '../testing/follow.ts';
import { openMailboxes } from '../testing/open-mailbox.ts';
import { contact, freshName, mailboxesOn, orderOf } from '../testing/order-body.ts';
import { peopleInputs } from '../testing/people-inputs.ts';
import { queuedMail } from '../testing/queued-mail.ts';
import { addTeam, type Team } from '../testing/second-team.ts';
import { sequencerInputs } from '../testing/sequencer-inputs.ts';
import { useSequencerFakes } from '../testing/sequencer-world.ts';
import { type Body, useInstallation } from '../testing/test-installation.ts';
import { warmupInputs } from '../testing/warmup-inputs.ts';
import { allEndpoints, allErrors, buildOpenApi } from './contract.ts';

const world = await useCloudflareWorld();
const [target] = await useSequencerFakes(1);
const api = useInstallation({
  INBOXKIT_FIRST_CREDITS: '100000',
  INBOXKIT_CLOUDFLARE_URL: world.environment.INBOXKIT_CLOUDFLARE_URL!,
  INBOXKIT_CONSENT_BROWSERS: '0',
  ...environmentOf([target!]),
});
let stranger: Team;
let own: Body;
let foreign: Body;
/** A mailbox that is closed, opened and cancelled over and over. */
let worn: string;
let foreignMail: string;
const peopleOf = peopleInputs(api);

/** May only shrink. */
const exceptions: PropertyException[] = [];

const ordered = async (team: Pick<Team, 'key' | 'workspaceUid'>): Promise<Body> => {
  const name = freshName();
  const options = { key: team.key, workspace: team.workspaceUid };
  const body = orderOf([{ name, mailboxes: mailboxesOn(name, 1) }]);
  const placed = await api.post('/orders', body, options);
  const ask = { ...api, get: (path: string) => api.get(path, options) };
  return orderEnded(ask, placed.body.order_id);
};

beforeAll(async () => {
  stranger = await addTeam(api.installation);
  foreign = await ordered(stranger);
  foreignMail = await queuedMail(api.installation, stranger.workspaceUid);
  own = await ordered({ key: api.apiKey, workspaceUid: api.workspaceUid });
  [worn] = (await openMailboxes(api.installation, api, 1)).uids as [string];
});

const onTheWay = [
  'scheduled',
  'waiting_for_dns_propagation',
  'processing',
  'configuring_workspace',
  'finalizing_setup',
];

/** Purchases of an earlier property would change counts under the feet of the next. */
const settled = () =>
  askUntil(
    () =>
      api.database.db
        .selectFrom('mailbox')
        .select('uid')
        .where((eb) =>
          eb.or([eb('status', 'in', onTheWay), eb('update_status', 'in', ['queued', 'pending'])]),
        )
        .limit(1)
        .execute(),
    (unsettled) => unsettled.length === 0,
  );

const apiKey = async (): Promise<string> =>
  (await api.post('/keys', { name: 'Property', scopes: ['read'] })).body.key.uid;

const emptyWorkspace = async (): Promise<string> =>
  (await api.post('/workspaces/create', { name: freshName() })).body.uid;

const openQuote = async (): Promise<string> => {
  const register_domains = { domains: [{ name: freshName() }], contact_details: contact };
  return (await api.post('/quotes', { register_domains })).body.quote.uid;
};

const connectedDomain = async (): Promise<Body> =>
  (await api.post('/domains/nameservers', { domains: [freshName()] })).body.result[0];

const addedRecord = async (): Promise<{ uid: string; record: string }> => {
  const { uid } = own.domains[0];
  const records = [{ host: freshName().split('.')[0], type: 'A', value: '192.0.2.1' }];
  return { uid, record: (await api.post('/dns/add', { uid, records })).body.changes.added[0] };
};

const token = { auth_type: 'api_token', api_token: TOKEN };

const hostedDomain = async (): Promise<Body> =>
  (await api.post('/cloudflare-domains/connect', { ...token, domains: [await world.addZone()] })).body;

/** One that no domain needs, so that it can be forgotten. */
const spareCredential = async (): Promise<string> => {
  const spare = `spare-${freshName().replace('.', '-')}`;
  world.fake.addToken(spare);
  return (await api.post('/cloudflare-domains/connect', { ...token, api_token: spare })).body.credential_uid;
};

const freshTag = async (): Promise<string> => (await api.post('/tags', { name: freshName() })).body.uid;

/** Assigning it again changes nothing, so that every answer counts the same. */
const tagOn = async (mailboxUid: string): Promise<string> => {
  const uid = await freshTag();
  await api.post('/tags/assign', { tag_uids: [uid], mailbox_uids: [mailboxUid] });
  return uid;
};

/** Its address leads nowhere that a request may go to. */
const webhook = async (): Promise<string> =>
  (await api.post('/webhooks', { url: 'https://127.0.0.1/', event_types: ['webhook.test'] })).body.uid;

const testedWebhook = async (): Promise<{ uid: string; delivery: string }> => {
  const uid = await webhook();
  return { uid, delivery: (await api.post('/webhooks/test', { uid })).body.delivery_uid };
};

const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

const nameOf = (domain: string): string => domain.split('.')[0]!;

const fixtures = async (): Promise<PropertyFixtures> => {
  const people = await settled().then(peopleOf);
  const domain = own.domains[0];
  const mailbox = domain.mailboxes[0];
  const name = freshName();
  return {
    request: (path, init) => fetch(`${api.installation.baseUrl}${path}`, init),
    key: api.apiKey,
    session: people.session,
    workspaceUid: api.workspaceUid,
    otherTeam: stranger,
    foreignUids: [
      foreign.order_id,
      foreign.domains[0].uid,
      foreign.domains[0].mailboxes[0].uid,
      stranger.workspaceUid,
      foreignMail,
    ],
    inputs: {
      ...people.inputs,
      'orders.place': { body: orderOf([{ name, mailboxes: mailboxesOn(name, 1) }]) },
      'orders.get': { params: { order_id: own.order_id } },
      'workspaces.details': { query: { uid: api.workspaceUid } },
      'workspaces.create': { body: { name: `Made of ${name}` } },
      'workspaces.update': async () => ({ body: { uid: await emptyWorkspace(), name: `Changed ${name}` } }),
      'workspaces.delete': async () => ({ query: { uid: await emptyWorkspace() } }),
      'workspaces.webhook': async () => ({
        body: { uid: await emptyWorkspace(), webhook_url: 'https://hooks.example/ik' },
      }),
      'domains.search': { body: { keyword: 'northpeak', tlds: ['com'] } },
      'domains.available': { query: { domain: name } },
      'domains.register': { body: { domains: [{ name }], contact_details: contact } },
      'domains.list': { body: {} },
      'domains.banned': { query: { domain: name } },
      'domains.check-workspace-availability': { body: { domains: [name] } },
      'domains.details': { query: { uid: domain.uid } },
      'domains.assignable': { query: {} },
      'domains.set-dmarc': { body: { uids: [domain.uid], policy: 'reject' } },
      'domains.remove-dmarc': { body: { uids: [domain.uid] } },
      'domains.set-catch-all': { body: { uids: [domain.uid], email: 'inbox@northpeak.example' } },
      'domains.remove-catch-all': { body: { uids: [domain.uid] } },
      'domains.set-email-forwarding': { body: { uids: [domain.uid], email: 'team@northpeak.example' } },
      'domains.remove-email-forwarding': { body: { uids: [domain.uid] } },
      'domains.set-forwarding': { body: { uids: [domain.uid], forwarding_url: 'https://northpeak.example' } },
      'domains.nameservers': { body: { domains: [name] } },
      'domains.regenerate-nameservers': async () => ({ body: { domain: (await connectedDomain()).domain } }),
      'domains.check-propagation': async () => ({
        body: { domains: [(await connectedDomain()).domain, domain.name] },
      }),
      'domains.renew': { body: { uids: [domain.uid] } },
      'domains.renewal-status': { query: { uid: domain.uid } },
      'domains.remove': async () => ({ body: { uids: [(await connectedDomain()).uid] } }),
      'cloudflare-domains.connect': async () => ({ body: { ...token, domains: [await world.addZone()] } }),
      'cloudflare-domains.details': async () => ({ query: { uid: (await hostedDomain()).domains[0].uid } }),
      'cloudflare-domains.disconnect': async () => ({
        body: { uids: [(await hostedDomain()).domains[0].uid] },
      }),
      'cloudflare-domains.forget-credential': async () => ({ params: { uid: await spareCredential() } }),
      'dns.list': { query: { uid: domain.uid } },
      'dns.add': {
        body: { uid: domain.uid, records: [{ host: name.split('.')[0], type: 'A', value: '192.0.2.1' }] },
      },
      'dns.update': async () => {
        const { uid, record } = await addedRecord();
        return { body: { uid, records: [{ record_id: record, ttl: 60 }] } };
      },
      'dns.delete': async () => {
        const { uid, record } = await addedRecord();
        return { body: { uid, record_ids: [record] } };
      },
      'dns.import': { body: { uid: domain.uid, zone_file: `${name.split('.')[0]} A 192.0.2.2\n` } },
      'dns.export': { query: { uid: domain.uid } },
      'dns.versions': { query: { uid: domain.uid } },
      'dns.restore': { body: { uid: domain.uid, version: 1 } },
      'dns.verify': { body: { uid: domain.uid } },
      'dns.repair': { body: { uid: domain.uid } },
      'dns.rotate-dkim': { body: { uid: domain.uid } },
      'mailboxes.cancel': { body: { uids: [worn] } },
      'mailboxes.uncancel': { body: { uids: [worn] } },
      'mailboxes.deactivate': { body: { uids: [worn] } },
      'mailboxes.suspend': { body: { uids: [worn] } },
      'mailboxes.reactivate': { body: { uids: [worn] } },
      'mailboxes.renew': { body: { uids: [worn], dry_run: true } },
      'mailboxes.buy': {
        body: {
          mailboxes: [
            {
              first_name: 'Mara',
              last_name: 'Voss',
              username: name.split('.')[0],
              domain_name: domain.name,
              platform: 'GOOGLE',
            },
          ],
        },
      },
      'mailboxes.list': { body: {} },
      'mailboxes.details': { query: { uid: mailbox.uid } },
      'mailboxes.update': { body: { uid: mailbox.uid, first_name: 'Mara', user_name: nameOf(name) } },
      'mailboxes.change-username': { body: { uid: mailbox.uid, new_username: `r-${nameOf(name)}` } },
      'mailboxes.change-password': { body: { uid: mailbox.uid } },
      'mailbox-pictures.set': { body: { uid: mailbox.uid, picture: PIXEL } },
      'mailbox-pictures.show': async () => {
        await api.post('/mailboxes/profile-picture', { uid: mailbox.uid, picture: PIXEL });
        return { query: { uid: mailbox.uid } };
      },
      'mailbox-pictures.remove': { body: { uid: mailbox.uid } },
      'mailbox-files.import': {
        body: {
          csv: `email,name\ni-${nameOf(name)}@${domain.name},A B\n`,
          platform: 'GOOGLE',
          dry_run: true,
        },
      },
      'mailbox-files.export': { query: {} },
      'mailboxes.totp': { query: { uid: mailbox.uid } },
      'mailboxes.availability': { query: { uid: mailbox.uid, username: 'free' } },
      'mailboxes.failure-reason': { query: { uid: mailbox.uid } },
      'mailboxes.set-signature': { body: { mailbox_id: mailbox.uid, signature: '<p>Mara</p>' } },
      'mailboxes.remove-signature': { body: { mailbox_id: mailbox.uid } },
      'mailboxes.set-up-forwarding': {
        body: { uids: [mailbox.uid], forwarding_email: 'team@northpeak.example' },
      },
      'mailboxes.remove-forwarding': { body: { uids: [mailbox.uid] } },
      'mailboxes.forwarding-jobs': { body: { uids: [mailbox.uid] } },
      'mailboxes.status': { body: { uids: [mailbox.uid] } },
      'mailboxes.show-credentials': { query: { uid: mailbox.uid } },
      'mail-queue.list': { body: {} },
      'mail-queue.details': async () => ({
        query: { uid: await queuedMail(api.installation, api.workspaceUid) },
      }),
      'mail-queue.retry': async () => ({
        body: { uids: [await queuedMail(api.installation, api.workspaceUid)] },
      }),
      'mail-queue.hold': async () => ({
        body: { uids: [await queuedMail(api.installation, api.workspaceUid)] },
      }),
      'mail-queue.release': async () => ({
        body: { uids: [await queuedMail(api.installation, api.workspaceUid)] },
      }),
      'mail-queue.drop': async () => ({
        body: { uids: [await queuedMail(api.installation, api.workspaceUid)] },
      }),
      'suppressions.add': { body: { emails: [`gone@${name}`] } },
      'suppressions.remove': { body: { emails: [`gone@${name}`] } },
      'suppressions.import': { body: { csv: `email\nbad@${name}\n` } },
      ...consentInputs(api, { domain, mailbox }),
      ...sequencerInputs(api, target!, mailbox.uid),
      ...warmupInputs(api, mailbox.uid),
      'api-keys.create': { body: { name } },
      'api-keys.list': { query: {} },
      'api-keys.revoke': async () => ({ body: { uid: await apiKey() } }),
      'api-keys.rotate': async () => ({ body: { uid: await apiKey() } }),
      'tags.create': { body: { name } },
      'tags.rename': async () => ({ params: { id: await freshTag() }, body: { name } }),
      'tags.delete': async () => ({ params: { id: await freshTag() } }),
      'tags.assign': async () => ({
        body: { tag_uids: [await tagOn(mailbox.uid)], resource_type: 'mailbox', resource_ids: [mailbox.uid] },
      }),
      'tags.remove': async () => ({
        body: { tag_uids: [await freshTag()], resource_type: 'domain', resource_ids: [domain.uid] },
      }),
      // Up to then nothing was written: what the team was refused of others' things is in its own record.
      'audit.list': { query: { until: '2000-01-01T00:00:00Z' } },
      'audit.export': { query: {} },
      'audit.verify': { query: {} },
      'webhooks.create': { body: { url: 'https://hooks.example/ik' } },
      'webhooks.list': { query: {} },
      'webhooks.details': async () => ({ query: { uid: await webhook() } }),
      'webhooks.update': async () => ({ body: { uid: await webhook(), description: name } }),
      'webhooks.rotate-secret': async () => ({ body: { uid: await webhook() } }),
      'webhooks.test': async () => ({ body: { uid: await webhook() } }),
      'webhooks.deliveries': async () => ({ query: { uid: (await testedWebhook()).uid } }),
      'webhooks.delivery': async () => ({ query: { uid: (await testedWebhook()).delivery } }),
      'webhooks.replay': async () => {
        const { uid, delivery } = await testedWebhook();
        return { body: { uid, delivery_uid: delivery } };
      },
      'webhooks.delete': async () => ({ body: { uid: await webhook() } }),
      // Beyond the last event there is, so that what happens meanwhile does not move the cursor it answers.
      'events.list': { query: { after: '900000000' } },
      'events.stream': { query: {} },
      'billing.wallet-logs': { query: {} },
      'payments.list': { query: {} },
      'payments.get': async () => {
        const opened = await api.post('/billing/wallet/add-credits', { credits: 25 });
        return { params: { payment_uid: opened.body.payment.uid } };
      },
      'payments.auto-topup': { body: { auto_topup_enabled: false } },
      'payments.low-balance': { body: { low_balance_threshold: 25 } },
      'billing.upcoming': { query: {} },
      'billing.usage': { query: {} },
      'billing.set-spend-cap': { body: { scope: 'team', period: 'month', credits: 1_000_000 } },
      'price-book.get': { query: {} },
      'price-book.versions': { query: {} },
      'orders.list': { query: {} },
      'orders.cancel': { params: { order_id: own.order_id } },
      'orders.retry': { params: { order_id: own.order_id } },
      'quotes.list': { query: {} },
      'invoices.list': { query: {} },
      'invoices.set-buyer': { body: { name: 'Northpeak Ltd', address_lines: ['12 Quay Street'] } },
      'quotes.get': async () => ({ params: { uid: await openQuote() } }),
      'quotes.accept': async () => ({ params: { uid: await openQuote() } }),
      'quotes.create': { body: { register_domains: { domains: [{ name }], contact_details: contact } } },
    },
  };
};

describe('every endpoint', () => {
  for (const { title, check } of endpointProperties(allEndpoints, fixtures, exceptions)) test(title, check);
});

describe('the contract', () => {
  test('has one OpenAPI operation for every endpoint, under its own name', () => {
    const operations = Object.values(buildOpenApi().paths).flatMap((path) =>
      Object.values(path).flatMap((operation) => operation.operationId ?? []),
    );
    for (const { operation } of allEndpoints) expect(operations).toContain(operation);
    expect(new Set(operations).size).toBe(operations.length);
  });

  test('documents every error an endpoint declares', () => {
    const documented = new Set(allErrors.map(({ code }) => code));
    const declared = allEndpoints.flatMap(({ errors }) => errors.map(({ definition }) => definition.code));
    expect(declared.filter((code) => !documented.has(code))).toEqual([]);
  });
});

describe('every operation', () => {
  test('refuses a key that lacks its scope, before it looks at anything else', async () => {
    const keys = Object.fromEntries(
      await Promise.all(
        rights.map(async (right) => {
          const scopes = rights.filter((other) => other !== right);
          const { body } = await api.post('/keys', { name: 'All but one', scopes });
          return [right, body.api_key] as const;
        }),
      ),
    );
    const open: string[] = [];
    for (const { operation, method, path, right, scope } of allEndpoints) {
      if (scope === 'operator' || right === null) continue;
      const filled = path.replaceAll(/\{[^}]+\}/g, api.teamUid);
      const reply = await fetch(`${api.installation.baseUrl}${API_PREFIX}${filled}`, {
        method,
        headers: { Authorization: `Bearer ${keys[right]}`, 'X-Workspace-Id': api.workspaceUid },
        ...(method === 'GET' ? {} : { body: '{}' }),
      });
      const body = (await reply.json()) as Body;
      if (reply.status !== 403 || body.code !== 'insufficient_scope') open.push(operation);
    }
    expect(open).toEqual([]);
  });

  test('asks for a scope that spends when it can find the wallet too low', () => {
    const spending = allEndpoints.filter(({ errors }) =>
      errors.some(({ definition }) => definition.code === 'insufficient_funds'),
    );
    expect(spending.length).toBeGreaterThan(5);
    const open = spending.filter(({ right }) => right !== 'purchase' && right !== 'admin');
    expect(open.map(({ operation }) => operation)).toEqual([]);
  });
});
