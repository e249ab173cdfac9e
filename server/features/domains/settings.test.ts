// What is set for domains beside their records, through HTTP, and what DNS, web and mail then do.
import { Resolver } from 'node:dns/promises';
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { newId } from '../../../database/uuid.ts';
import { askUntil } from '../../testing/follow.ts';
import { contact, freshName } from '../../testing/order-body.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();
const SOON = { timeout: 10_000 };

const detailsOf = async (name: string): Promise<Body> =>
  (await api.get(`/domains/details?domain=${name}`)).body.domain;
const register = async (more: object = {}): Promise<{ name: string; uid: string }> => {
  const name = freshName();
  const body = { domains: [{ name }], contact_details: contact, use_wallet_balance: true, ...more };
  const reply = await api.post('/domains/register', body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  await askUntil(
    () => detailsOf(name),
    (domain) => domain.status === 'active',
  );
  return { name, uid: reply.body.domain_uids[0] };
};
const eventsOf = async (uid: string, type: string): Promise<Body[]> => {
  const { db } = api.installation.storage;
  const rows = await db
    .selectFrom('event')
    .select('data')
    .where('subject_uid', '=', uid)
    .where('type', '=', type)
    .orderBy('seq')
    .execute();
  return rows.map(({ data }) => data);
};

/** What the nameserver says, asked over the wire. */
const dmarcOnTheWire = async (name: string): Promise<string> => {
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${api.installation.ports.dns}`]);
  return (await resolver.resolveTxt(`_dmarc.${name}`)).map((strings) => strings.join('')).join(' ');
};

const visit = (host: string, path = '/') =>
  new Promise<{ status: number; location: string | undefined }>((resolve, reject) => {
    const options = { host: '127.0.0.1', port: api.installation.ports.web, path, headers: { Host: host } };
    const sent = request(options, (response) => {
      response.resume();
      resolve({ status: response.statusCode!, location: response.headers.location });
    });
    sent.on('error', reject);
    sent.end();
  });

const mailForwards = (name: string) =>
  api.installation.storage.db
    .selectFrom('published.mail_forward')
    .select(['kind', 'target_address'])
    .where('domain', '=', name)
    .orderBy('kind')
    .execute();

describe('domains/dmarc', () => {
  test('sets policy and report address on the wire, and takes them back', async () => {
    const { name, uid } = await register();
    const set = await api.post('/domains/dmarc', {
      uids: [uid],
      email: 'Dmarc@northpeak.example',
      policy: 'reject',
    });
    expect(set.body).toEqual({
      error: false,
      message: 'DMARC policy configured successfully',
      domains: [{ _id: uid, name, uid }],
    });
    await expect
      .poll(() => dmarcOnTheWire(name), SOON)
      .toBe('v=DMARC1; p=reject; rua=mailto:dmarc@northpeak.example');
    expect(await detailsOf(name)).toMatchObject({
      dmarc_email: 'dmarc@northpeak.example',
      dmarc_policy: 'reject',
    });
    const removed = await api.call('DELETE', '/domains/dmarc', { uids: [uid] });
    expect(removed.body.domains).toEqual([{ _id: uid, name, uid }]);
    await expect.poll(() => dmarcOnTheWire(name), SOON).toBe('v=DMARC1; p=none');
    expect(await detailsOf(name)).toMatchObject({
      dmarc_email: null,
      dmarc_policy: 'none',
      status: 'active',
    });
  });

  test('takes the form of the guide, and leaves what is not named as it is', async () => {
    const { name } = await register({ dmarc_email: 'first@northpeak.example' });
    expect((await api.post('/domains/dmarc', { domain: name, policy: 'quarantine' })).status).toBe(200);
    await expect
      .poll(() => dmarcOnTheWire(name), SOON)
      .toBe('v=DMARC1; p=quarantine; rua=mailto:first@northpeak.example');
    await api.post('/domains/dmarc', {
      domains: [name.toUpperCase()],
      rua: 'mailto:second@northpeak.example',
    });
    await expect
      .poll(() => dmarcOnTheWire(name), SOON)
      .toBe('v=DMARC1; p=quarantine; rua=mailto:second@northpeak.example');
  });

  test('is a version of the zone, told once, and saying the same again changes nothing', async () => {
    const { name, uid } = await register();
    const { body: before } = await api.get(`/dns/list?uid=${uid}`);
    for (const _time of [1, 2]) await api.post('/domains/dmarc', { domain: name, policy: 'reject' });
    const { body: after } = await api.get(`/dns/list?uid=${uid}`);
    expect(after.dns_record.version).toBe(before.dns_record.version + 1);
    expect(await eventsOf(uid, 'domain.settings_changed')).toEqual([
      { name, changes: { dmarc_policy: { before: 'none', after: 'reject' } } },
    ]);
  });

  test('names everything that is missing', async () => {
    const { status, body } = await api.post('/domains/dmarc', {});
    expect([status, body.code]).toEqual([400, 'validation_failed']);
    expect(body.problems.map(({ path }: Body) => path).sort()).toEqual(['email', 'uids']);
  });
});

describe('domains/catch-all and domains/email-forwarding', () => {
  test('tell the mail plane where mail goes on to, each apart from the other', async () => {
    const { name, uid } = await register();
    const catchAll = await api.post('/domains/catch-all', { uids: [uid], email: 'Inbox@NorthPeak.example' });
    expect(catchAll.body).toMatchObject({
      message: 'Catch-all email configured successfully',
      domains: [{ _id: uid, name, uid }],
    });
    const forwarding = await api.post('/domains/email-forwarding', {
      domain: name,
      email: 'team@northpeak.example',
    });
    expect(forwarding.status).toBe(200);
    expect(await mailForwards(name)).toEqual([
      { kind: 'catch_all', target_address: 'inbox@northpeak.example' },
      { kind: 'forward', target_address: 'team@northpeak.example' },
    ]);
    expect(await detailsOf(name)).toMatchObject({
      catch_all_email: 'inbox@northpeak.example',
      email_forwarding: 'team@northpeak.example',
    });
    await api.call('DELETE', '/domains/email-forwarding', { uids: [uid] });
    expect((await mailForwards(name)).map(({ kind }) => kind)).toEqual(['catch_all']);
    await api.call('DELETE', '/domains/catch-all', { domain: name });
    expect(await mailForwards(name)).toEqual([]);
    expect(await eventsOf(uid, 'domain.settings_changed')).toHaveLength(4);
  });

  test('a catch-all of a registration acts once the domain is set up', async () => {
    const { name } = await register({ catch_all_email: 'inbox@northpeak.example' });
    expect(await mailForwards(name)).toEqual([
      { kind: 'catch_all', target_address: 'inbox@northpeak.example' },
    ]);
  });
});

describe('domains/forwarding', () => {
  test('redirects visitors of the domain and its www, as it is told to', async () => {
    const { name, uid } = await register();
    const set = await api.post('/domains/forwarding', {
      uids: [uid],
      forwarding_url: 'northpeak.example/start',
    });
    expect(set.body.message).toBe('Domain forwarding configured successfully');
    await expect
      .poll(() => visit(name), SOON)
      .toEqual({ status: 302, location: 'https://northpeak.example/start' });
    await api.post('/domains/forwarding', {
      domain: name,
      redirect_url: 'https://northpeak.example',
      keep_path: true,
      permanent: true,
    });
    await expect
      .poll(() => visit(`www.${name}`, '/a?b=c'), SOON)
      .toEqual({ status: 301, location: 'https://northpeak.example/a?b=c' });
  });

  test('an empty address removes it', async () => {
    const { name, uid } = await register({ domain_forwarding_url: 'https://northpeak.example' });
    await expect.poll(async () => (await visit(name)).status, SOON).toBe(302);
    const removed = await api.post('/domains/forwarding', { uids: [uid], forwarding_url: '' });
    expect(removed.body.message).toBe('Domain forwarding removed successfully');
    await expect.poll(async () => (await visit(name)).status, SOON).toBe(404);
    expect((await detailsOf(name)).forwarding_url).toBeNull();
  });
});

test('one unknown domain leaves the others as they are', async () => {
  const { name, uid } = await register();
  const nobodys = newId();
  const { status, body } = await api.post('/domains/catch-all', {
    uids: [uid, nobodys],
    email: 'a@b.example',
  });
  expect([status, body.code, body.domains]).toEqual([404, 'domain_not_found', [nobodys]]);
  expect((await detailsOf(name)).catch_all_email).toBeNull();
});

test('several domains are set in one request', async () => {
  const domains = await Promise.all([register(), register()]);
  const uids = domains.map(({ uid }) => uid);
  const { body } = await api.post('/domains/forwarding', {
    uids,
    forwarding_url: 'https://northpeak.example',
  });
  expect(body.domains.map(({ uid }: Body) => uid)).toEqual(uids);
  for (const { name } of domains) await expect.poll(async () => (await visit(name)).status, SOON).toBe(302);
});
