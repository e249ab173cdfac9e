// Connecting domains that their owner has elsewhere, through HTTP. The registry of the installation plays the
// registrar of the owner: what it says of a name is the delegation.
import { Resolver } from 'node:dns/promises';
import { describe, expect, test } from 'vitest';
import { askUntil } from '../../testing/follow.ts';
import { contact, freshName } from '../../testing/order-body.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();
const ours = ['ns1.inboxkit.localhost', 'ns2.inboxkit.localhost'];

const registrar = () => api.installation.context.providers.registrar();
/** A name that somebody has at a registrar, pointing elsewhere. */
const ownedElsewhere = async (): Promise<string> => {
  const name = freshName();
  const nameservers = ['ns1.elsewhere.example', 'ns2.elsewhere.example'];
  await registrar().register({ name, years: 1, contact, nameservers, idempotencyKey: `elsewhere ${name}` });
  return name;
};
const pointHere = (name: string) => registrar().setNameservers(name, ours);
const as = (team?: Team) => (team ? { key: team.key, workspace: team.workspaceUid } : {});
const connect = (domains: string[], team?: Team) => api.post('/domains/nameservers', { domains }, as(team));
const check = (domains: string[]) => api.post('/domains/nameservers/check-propagation', { domains });
const rowOf = async (name: string): Promise<Body> =>
  (await api.get(`/domains/details?domain=${name}`)).body.domain;
const untilStatus = (name: string, status: string): Promise<Body> =>
  askUntil(
    () => rowOf(name),
    (row) => row.status === status,
  );
const connected = async (): Promise<{ name: string; uid: string }> => {
  const name = await ownedElsewhere();
  const { body } = await connect([name]);
  await pointHere(name);
  await untilStatus(name, 'active');
  return { name, uid: body.result[0].uid };
};
const bought = async (): Promise<string> => {
  const name = freshName();
  await api.post('/domains/register', {
    domains: [{ name }],
    contact_details: contact,
    use_wallet_balance: true,
  });
  await untilStatus(name, 'active');
  return name;
};
const published = async (name: string) => {
  const { db } = api.installation.storage;
  const mail = await db.selectFrom('published.mail_domain').select('name').where('name', '=', name).execute();
  const web = await db.selectFrom('published.web_forward').select('host').where('host', '=', name).execute();
  const sent = await db
    .selectFrom('published.mail_forward')
    .select('kind')
    .where('domain', '=', name)
    .execute();
  return { mail: mail.length, web: web.length, sent: sent.length };
};

describe('domains/nameservers', () => {
  test('connects a domain for free, and it is set up as soon as its owner points it here', async () => {
    const name = await ownedElsewhere();
    const { status, body } = await connect([name.toUpperCase()]);
    expect([status, body.message]).toEqual([200, 'Nameservers created successfully']);
    const [row] = body.result;
    expect(row).toMatchObject({ domain: name, nameservers: ours, already_connected: false, error: null });
    expect((await api.post('/domains/list', { keyword: name })).body.domains[0]).toMatchObject({
      uid: row.uid,
      name,
      price: 0,
      status: 'waiting_for_dns_propagation',
      connection_type: 'connected',
      connection_mode: 'nameserver',
      dns_propagation_status: 'pending',
      nameserver_match_status: 'pending',
      nameservers: ours,
      renewal_date: null,
    });
    await pointHere(name);
    expect(await untilStatus(name, 'active')).toMatchObject({
      uid: row.uid,
      status_reason: null,
      dns_propagation_status: 'propagated',
      nameserver_match_status: 'matched',
      actual_nameservers: ours,
    });
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${api.installation.ports.dns}`]);
    expect(await resolver.resolveMx(name)).toHaveLength(1);
  });

  test('answers for the domain before anybody is sent there, with nothing in the zone', async () => {
    const name = await ownedElsewhere();
    await connect([name]);
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${api.installation.ports.dns}`]);
    const nameservers = () =>
      resolver.resolveNs(name).then(
        (names) => names.toSorted(),
        () => [],
      );
    await expect.poll(nameservers, { timeout: 10_000 }).toEqual(ours);
    await expect(resolver.resolveMx(name)).rejects.toMatchObject({ code: 'ENODATA' });
  });

  test('of one that is connected already is a 409 with the usable result, for it and for the others', async () => {
    const [known, fresh] = [await ownedElsewhere(), await ownedElsewhere()];
    const first = (await connect([known])).body.result[0];
    const { status, body } = await connect([known, fresh]);
    expect([status, body.error]).toEqual([409, false]);
    expect(body.message).toBe(`Domain(s) already connected to your workspace: ${known}`);
    expect(body.result).toEqual([
      { ...first, already_connected: true },
      expect.objectContaining({ domain: fresh, nameservers: ours, already_connected: false, error: null }),
    ]);
    expect((await rowOf(fresh)).status).toBe('waiting_for_dns_propagation');
  });

  test('under an idempotency key gives the 409 again', async () => {
    const name = await ownedElsewhere();
    await connect([name]);
    const options = { headers: { 'Idempotency-Key': `connect ${name}`.replaceAll(' ', '-') } };
    const replies = [
      await api.post('/domains/nameservers', { domains: [name] }, options),
      await api.post('/domains/nameservers', { domains: [name] }, options),
    ];
    expect(replies.map(({ status }) => status)).toEqual([409, 409]);
    expect(replies[1]!.body).toEqual(replies[0]!.body);
  });

  test('one bad name does not fail the batch: each says what is wrong with it', async () => {
    const [good, mine] = [await ownedElsewhere(), await bought()];
    const { status, body } = await connect([good, 'no-dots', 'paypal-login.io', mine, 'inboxkit.localhost']);
    expect(status).toBe(200);
    const said = body.result.map((row: Body) => [row.domain, row.error?.code ?? 'fine', row.uid !== null]);
    expect(said).toEqual([
      [good, 'fine', true],
      ['no-dots', 'invalid_domain_name', false],
      ['paypal-login.io', 'domain_banned', false],
      [mine, 'domain_was_bought', false],
      ['inboxkit.localhost', 'domain_held_elsewhere', false],
    ]);
  });

  test('of bought domains alone is refused at once, and names what they need instead', async () => {
    const name = await bought();
    const { status, body } = await connect([name]);
    expect([status, body.code]).toEqual([404, 'domain_was_bought']);
    expect(body.message).toMatch(
      /^Domain not found.*POST \/v1\/api\/domains\/nameservers\/check-propagation/,
    );
    expect(body.result).toHaveLength(1);
    expect((await rowOf(name)).connection_type).toBe('purchased');
  });

  test('of a name that another customer is connecting is refused, whoever asks first having it', async () => {
    const stranger = await addTeam(api.installation);
    const name = await ownedElsewhere();
    expect((await connect([name], stranger)).status).toBe(200);
    const { status, body } = await connect([name]);
    expect([status, body.code]).toEqual([409, 'domain_held_elsewhere']);
    expect(JSON.stringify(body)).not.toContain(stranger.workspaceUid);
  });

  test('publishes nothing of a domain whose owner has not pointed it here', async () => {
    const name = await ownedElsewhere();
    const [{ uid }] = (await connect([name])).body.result;
    await api.post('/domains/forwarding', { uids: [uid], forwarding_url: 'https://northpeak.example' });
    await api.post('/domains/catch-all', { uids: [uid], email: 'inbox@northpeak.example' });
    expect(await published(name)).toEqual({ mail: 0, web: 0, sent: 0 });
    await pointHere(name);
    await untilStatus(name, 'active');
    expect(await published(name)).toEqual({ mail: 1, web: 1, sent: 1 });
  });

  test('does not hand a domain that still points here to the next who asks', async () => {
    const { name, uid } = await connected();
    await api.post('/domains/remove', { uids: [uid] });
    await askUntil(
      async () => (await api.get(`/domains/details?uid=${uid}`)).body.domain,
      (row) => row.status === 'deleted',
    );
    const stranger = await addTeam(api.installation);
    expect((await connect([name], stranger)).body.code).toBe('domain_held_elsewhere');
    await registrar().setNameservers(name, ['ns1.elsewhere.example']);
    expect((await connect([name], stranger)).status).toBe(200);
  });
});

describe('domains/nameservers/check-propagation', () => {
  test('says what the parent says, and what is missing', async () => {
    const name = await ownedElsewhere();
    await connect([name]);
    const { status, body } = await check([name]);
    expect([status, body.message]).toEqual([200, 'Nameservers propagation checked successfully']);
    expect(body.result[0]).toMatchObject({
      name,
      status: 'waiting_for_dns_propagation',
      propagated: false,
      actual_nameservers: ['ns1.elsewhere.example', 'ns2.elsewhere.example'],
      nameserver_match_status: 'pending',
      error: null,
    });
    expect(body.result[0]._id).toBe(body.result[0].uid);
    expect(body.result[0].reason).toContain('ns1.inboxkit.localhost and ns2.inboxkit.localhost');
  });

  test('has the domain set up at once when it is seen to point here', async () => {
    const name = await ownedElsewhere();
    await connect([name]);
    await pointHere(name);
    const { body } = await api.post('/domains/nameservers/check', { domains: [name] });
    expect(body.result[0]).toMatchObject({ nameserver_match_status: 'matched', actual_nameservers: ours });
    const row = await askUntil(
      async () => (await check([name])).body.result[0],
      ({ propagated }) => propagated,
    );
    expect(row.reason).toBeNull();
    await untilStatus(name, 'active');
  });

  test('half of a delegation is none', async () => {
    const name = await ownedElsewhere();
    await connect([name]);
    await registrar().setNameservers(name, [ours[0]!, 'ns2.elsewhere.example']);
    const { body } = await check([name]);
    expect(body.result[0]).toMatchObject({ propagated: false, nameserver_match_status: 'pending' });
  });

  test('answers for bought domains too, and has a row for a name that is not there', async () => {
    const name = await bought();
    const { status, body } = await check([name, 'not-mine.com']);
    expect(status).toBe(200);
    expect(body.result[0]).toMatchObject({ name, status: 'active', propagated: true });
    expect(body.result[1]).toMatchObject({
      name: 'not-mine.com',
      uid: null,
      propagated: false,
      error: { code: 'domain_not_found' },
    });
    expect((await check(['not-mine.com'])).status).toBe(404);
  });

  test('tells once that the nameservers changed', async () => {
    const name = await ownedElsewhere();
    const [{ uid }] = (await connect([name])).body.result;
    await check([name]);
    await check([name]);
    const { db } = api.installation.storage;
    const told = db.selectFrom('event').select('data').where('subject_uid', '=', uid);
    expect(await told.where('type', '=', 'domain.nameservers_changed').execute()).toHaveLength(1);
  });
});

describe('a connection that expired', () => {
  /** As the workflow leaves it. */
  const expired = async (): Promise<{ name: string; uid: string }> => {
    const name = await ownedElsewhere();
    const [{ uid }] = (await connect([name])).body.result;
    await api.installation.storage.db
      .updateTable('domain')
      .set({ status: 'expired_propagation' })
      .where('uid', '=', uid)
      .execute();
    return { name, uid };
  };

  test('is taken up again by asking for its nameservers', async () => {
    const { name, uid } = await expired();
    const { status, body } = await connect([name]);
    expect([status, body.result[0].uid, body.result[0].already_connected]).toEqual([200, uid, false]);
    await pointHere(name);
    await untilStatus(name, 'active');
  });

  test('is taken up again by asking for its propagation, also when that is there by now', async () => {
    const { name, uid } = await expired();
    expect((await check([name])).body.result[0]).toMatchObject({
      uid,
      status: 'waiting_for_dns_propagation',
    });
    const other = await expired();
    await pointHere(other.name);
    expect((await check([other.name])).body.result[0].nameserver_match_status).toBe('matched');
    await untilStatus(other.name, 'active');
  });

  test('keeps the name from nobody, and is refused once somebody else has it', async () => {
    const stranger = await addTeam(api.installation);
    const { name, uid } = await expired();
    expect((await connect([name], stranger)).status).toBe(200);
    expect((await connect([name])).body.code).toBe('domain_held_elsewhere');
    expect((await check([name])).body.result[0]).toMatchObject({ uid, status: 'expired_propagation' });
    expect((await api.get(`/dns/list?uid=${uid}`)).status).toBe(404);
    expect((await api.post('/domains/remove', { uids: [uid] })).status).toBe(200);
    expect((await api.get(`/domains/details?uid=${uid}`)).body.domain.status).toBe('deleted');
    const others = { key: stranger.key, workspace: stranger.workspaceUid };
    expect((await api.get(`/domains/details?domain=${name}`, others)).body.domain.status).toBe(
      'waiting_for_dns_propagation',
    );
  });
});

describe('domains/nameservers/regenerate', () => {
  test('changes nothing where the nameservers are the same', async () => {
    const { name } = await connected();
    const { body } = await api.post('/domains/nameservers/regenerate', { domain: name });
    expect(body.result[0]).toMatchObject({ domain: name, nameservers: ours, status: 'active', error: null });
    expect((await rowOf(name)).status).toBe('active');
  });

  test('has the domain wait for the new ones where they differ, with what its zone holds', async () => {
    const { name, uid } = await connected();
    const zone = () => api.get(`/dns/list?uid=${uid}`).then(({ body }) => body.dns_record.records.length);
    const records = await zone();
    await registrar().setNameservers(name, ['ns1.former.example']);
    await api.installation.storage.db
      .updateTable('domain')
      .set({ nameservers: ['ns1.former.example'] })
      .where('uid', '=', uid)
      .execute();
    const { body } = await api.post('/domains/regenerate-nameservers', { domains: [name] });
    expect(body.result[0]).toMatchObject({ nameservers: ours, status: 'waiting_for_dns_propagation' });
    expect(await zone()).toBe(records);
    await pointHere(name);
    await untilStatus(name, 'active');
  });

  test('is refused for a bought domain, and for one that is not there', async () => {
    const { body, status } = await api.post('/domains/nameservers/regenerate', { domain: await bought() });
    expect([status, body.code]).toEqual([404, 'domain_was_bought']);
    expect(body.message).toContain('POST /v1/api/domains/nameservers/check-propagation');
    expect((await api.post('/domains/nameservers/regenerate', { domain: 'not-mine.com' })).body.code).toBe(
      'domain_not_found',
    );
  });
});
