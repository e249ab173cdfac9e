// What every endpoint promises whatever it does, asked of the whole program over HTTP.
import { beforeAll, describe, expect, test } from 'vitest';
import {
  endpointProperties,
  type PropertyException,
  type PropertyFixtures,
} from '../testing/endpoint-properties.ts';
import { askUntil, orderEnded } from '../testing/follow.ts';
import { contact, freshName, mailboxesOn, orderOf } from '../testing/order-body.ts';
import { addTeam, type Team } from '../testing/second-team.ts';
import { type Body, useInstallation } from '../testing/test-installation.ts';
import { allEndpoints, allErrors, buildOpenApi } from './contract.ts';

const api = useInstallation({ INBOXKIT_FIRST_CREDITS: '100000' });
let stranger: Team;
let own: Body;
let foreign: Body;

/** May only shrink. */
const exceptions: PropertyException[] = [
  {
    operation: 'mailboxes.details',
    property: 'a field of the wrong type is a 400 that names it',
    because: 'clients ask for paths like /mailboxes/find, which must be a mailbox that does not exist',
  },
];

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
  own = await ordered({ key: api.apiKey, workspaceUid: api.workspaceUid });
});

/** Purchases of an earlier property would change counts under the feet of the next. */
const settled = () =>
  askUntil(
    async () => (await api.post('/mailboxes/list', {})).body.status_counts,
    (counts) => Object.keys(counts).every((status) => status === 'active' || status === 'failed'),
  );

const fixtures = async (): Promise<PropertyFixtures> => {
  await settled();
  const domain = own.domains[0];
  const mailbox = domain.mailboxes[0];
  const name = freshName();
  const empty = await api.post('/workspaces/create', { name });
  return {
    request: (path, init) => fetch(`${api.installation.baseUrl}${path}`, init),
    key: api.apiKey,
    workspaceUid: api.workspaceUid,
    otherTeam: stranger,
    foreignUids: [
      foreign.order_id,
      foreign.domains[0].uid,
      foreign.domains[0].mailboxes[0].uid,
      stranger.workspaceUid,
    ],
    inputs: {
      'orders.place': { body: orderOf([{ name, mailboxes: mailboxesOn(name, 1) }]) },
      'orders.get': { params: { order_id: own.order_id } },
      'workspaces.details': { query: { uid: api.workspaceUid } },
      'workspaces.create': { body: { name: `Made of ${name}` } },
      'workspaces.update': { body: { uid: empty.body.uid, name: `Changed ${name}` } },
      'workspaces.delete': { query: { uid: empty.body.uid } },
      'workspaces.webhook': { body: { uid: empty.body.uid, webhook_url: 'https://hooks.example/ik' } },
      'domains.search': { body: { keyword: 'northpeak', tlds: ['com'] } },
      'domains.available': { query: { domain: name } },
      'domains.register': { body: { domains: [{ name }], contact_details: contact } },
      'domains.list': { body: {} },
      'dns.list': { query: { uid: domain.uid } },
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
      'mailboxes.status': { body: { uids: [mailbox.uid] } },
      'mailboxes.show-credentials': { query: { uid: mailbox.uid } },
      'billing.wallet-logs': { query: {} },
      'orders.list': { query: {} },
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
