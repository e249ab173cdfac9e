// The main job, through HTTP: from one order to mailboxes that work.
import { Resolver } from 'node:dns/promises';
import { describe, expect, test } from 'vitest';
import { expectBalanced, orderEnded, walletOf } from '../../testing/follow.ts';
import { contact, freshName, mailboxesOn, orderOf } from '../../testing/order-body.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();

const place = (body: object, headers: Record<string, string> = {}) => api.post('/orders', body, { headers });

describe('an order', () => {
  test('ends with active mailboxes on domains whose nameserver answers, for exactly its price', async () => {
    const names = [freshName(), freshName()];
    const before = await walletOf(api);
    const placed = await place(orderOf(names.map((name) => ({ name, mailboxes: mailboxesOn(name, 2) }))));
    expect(placed.status).toBe(201);
    expect(placed.body).toMatchObject({ error: false, status: 'queued', total_cost: 25 });
    expect(placed.body.id).toBe(placed.body.order_id);
    expect(placed.body.domains.map((domain: Body) => [domain.name, domain.status])).toEqual(
      names.map((name) => [name, 'queued']),
    );

    const order = await orderEnded(api, placed.body.order_id);
    expect(order.status, JSON.stringify(order)).toBe('done');
    for (const domain of order.domains) {
      expect(domain).toMatchObject({ status: 'completed', domain_status: 'active', reason: null });
      expect(domain.mailboxes.map((box: Body) => box.status)).toEqual(['active', 'active']);
      expect(domain.mailboxes[0].seconds_in_stage).toBeGreaterThanOrEqual(0);
    }
    expect(await walletOf(api)).toBe(before - 25);
    await expectBalanced(api);

    const resolver = new Resolver({ tries: 1 });
    resolver.setServers([`127.0.0.1:${api.installation.ports.dns}`]);
    const [mx] = await resolver.resolveMx(names[0]!);
    expect(mx!.exchange).toBe('mail.inboxkit.localhost');
    expect((await resolver.resolveTxt(`_dmarc.${names[0]}`)).flat().join('')).toContain('v=DMARC1');
    expect((await resolver.resolveSoa(names[1]!)).nsname).toBe('ns1.inboxkit.localhost');
  });

  test('shows its price line by line with dry_run, and buys nothing', async () => {
    const name = freshName();
    const before = await walletOf(api);
    const reply = await place({ ...orderOf([{ name, mailboxes: mailboxesOn(name, 1) }]), dry_run: true });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ status: 'dry_run', dry_run: true, domains: [] });
    expect(reply.body.lines.map((line: Body) => line.description)).toEqual([
      `${name}, 1 year`,
      expect.stringContaining(`mara0@${name}`),
    ]);
    expect(await walletOf(api)).toBe(before);
    expect((await api.get(`/domains/available?domain=${name}`)).body.available).toBe(true);
  });

  test('with dry_run passes every check that it would have to pass without', async () => {
    const name = freshName();
    const tooMany = orderOf([{ name, mailboxes: mailboxesOn(name, 101) }]);
    const unaffordable = orderOf(
      Array.from({ length: 100 }, () => ({ name: freshName(), mailboxes: [] as object[] })),
    );
    for (const body of [tooMany, unaffordable]) {
      const [tried, placed] = [await place({ ...body, dry_run: true }), await place(body)];
      expect(tried.status).toBeGreaterThanOrEqual(400);
      // Each refusal for want of credits has a sealed link of its own to where they can be paid.
      const { checkout_url: link = null, ...refusal } = tried.body;
      expect([tried.status, { ...refusal, checkout_url: link && expect.any(String) }]).toEqual([
        placed.status,
        { ...placed.body, checkout_url: placed.body.checkout_url ?? null },
      ]);
    }
  });

  test('whose name is lost in a race is credited back with its mailboxes, and the rest of it goes on', async () => {
    const [lost, won] = [freshName('-taken-late'), freshName()];
    const before = await walletOf(api);
    const placed = await place(
      orderOf([
        { name: lost, mailboxes: mailboxesOn(lost, 2) },
        { name: won, mailboxes: mailboxesOn(won, 1) },
      ]),
    );
    const order = await orderEnded(api, placed.body.order_id);
    expect(order.status).toBe('error');
    expect(order.domains[0]).toMatchObject({ status: 'error', domain_status: 'cancelled' });
    expect(order.domains[0].reason).toBeTruthy();
    expect(order.reason).toBe(`${lost}: ${order.domains[0].reason}`);
    expect(order.domains[0].mailboxes.map((box: Body) => box.status)).toEqual(['failed', 'failed']);
    expect(order.domains[1]).toMatchObject({ status: 'completed' });
    const credited = placed.body.lines.filter((line: Body) => line.description.includes(lost));
    const expected = credited.reduce((sum: number, line: Body) => sum + line.credits, 0);
    expect(await walletOf(api)).toBe(before - placed.body.total_cost + expected);
    await expectBalanced(api);
  });

  test('whose registrar timed out after it acted registers and pays once', async () => {
    const name = freshName('-times-out-after');
    const before = await walletOf(api);
    const placed = await place(orderOf([{ name, mailboxes: mailboxesOn(name, 1) }]));
    const order = await orderEnded(api, placed.body.order_id);
    expect(order.status).toBe('done');
    expect(await walletOf(api)).toBe(before - placed.body.total_cost);
    await expectBalanced(api);
  });

  test('placed twenty times at once under one Idempotency-Key is one order with twenty equal answers', async () => {
    const name = freshName();
    const body = orderOf([{ name, mailboxes: mailboxesOn(name, 1) }]);
    const before = await walletOf(api);
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => place(body, { 'Idempotency-Key': `key-${name}` })),
    );
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([201]));
    expect(new Set(replies.map((reply) => reply.body.order_id)).size).toBe(1);
    await orderEnded(api, replies[0]!.body.order_id);
    expect(await walletOf(api)).toBe(before - replies[0]!.body.total_cost);
  });

  test('without an Idempotency-Key, sent twice at once, is bought once and refused once', async () => {
    const name = freshName();
    const body = orderOf([{ name, mailboxes: [] }]);
    const replies = await Promise.all([place(body), place(body)]);
    expect(replies.map((reply) => reply.status).sort()).toEqual([201, 409]);
    const refused = replies.find((reply) => reply.status === 409);
    expect(refused!.body.code).toBe('domain_already_owned');
    const bought = replies.find((reply) => reply.status === 201);
    expect((await orderEnded(api, bought!.body.order_id)).status).toBe('done');
  });

  test('stays as it ended when a domain of it is given up long after', async () => {
    const name = freshName();
    const placed = await place(orderOf([{ name, mailboxes: mailboxesOn(name, 1) }]));
    const ended = await orderEnded(api, placed.body.order_id);
    const later = new Date(Date.now() + 90 * 24 * 3_600_000);
    const gone = { status: 'deleted', status_reason: 'removed by its owner', status_since: later };
    const { db } = api.database;
    await db.updateTable('domain').set(gone).where('name', '=', name).execute();
    await db.updateTable('mailbox').set(gone).where('domain_name', '=', name).execute();
    const { body } = await api.get(`/orders/${placed.body.order_id}`);
    expect([body.status, body.reason, body.domains[0].domain_status]).toEqual(['done', null, 'deleted']);
    const timeless = (domain: Body) =>
      JSON.parse(JSON.stringify(domain), (key, value) => (key === 'seconds_in_stage' ? undefined : value));
    expect(timeless({ ...body.domains[0], domain_status: 'active' })).toEqual(timeless(ended.domains[0]));
  });

  test('that ended with errors always says why', async () => {
    const name = freshName();
    const placed = await place(orderOf([{ name, mailboxes: [] }]));
    await orderEnded(api, placed.body.order_id);
    await api.database.db
      .updateTable('purchase_order')
      .set({ status: 'error' })
      .where('uid', '=', placed.body.order_id)
      .execute();
    const { body } = await api.get(`/orders/${placed.body.order_id}`);
    expect(body.domains[0].status).toBe('completed');
    expect(body.reason).toContain('everything that was ordered is there');
  });

  test('is not found by what cannot be its id', async () => {
    const { status, body } = await api.get('/orders/latest');
    expect([status, body.code]).toEqual([404, 'order_not_found']);
  });

  test('of another workspace is not found', async () => {
    const name = freshName();
    const placed = await place(orderOf([{ name, mailboxes: [] }]));
    const other = await api.post('/workspaces/create', { name: `Other ${name}` });
    const reply = await api.get(`/orders/${placed.body.order_id}`, { workspace: other.body.uid });
    expect(reply.status).toBe(404);
    expect(reply.body.code).toBe('order_not_found');
    await orderEnded(api, placed.body.order_id);
  });

  test('is in the list of its workspace, newest first', async () => {
    const { body } = await api.get('/orders?limit=2');
    expect(body.orders).toHaveLength(2);
    expect(body.orders[0].created_at >= body.orders[1].created_at).toBe(true);
    const next = await api.get(`/orders?limit=2&cursor=${body.next_cursor}`);
    expect(next.body.orders[0].order_id).not.toBe(body.orders[1].order_id);
    expect(body.total).toBeGreaterThan(2);
  });
});

describe('a bad order names what is wrong, and nothing is charged', () => {
  const good = () => {
    const name = freshName();
    return { name, mailboxes: mailboxesOn(name, 1) };
  };
  const cases: [string, () => unknown, number, string][] = [
    ['malformed JSON', () => '{"domains": [', 400, 'malformed_json'],
    ['a wrong type', () => ({ domains: 'northpeak.com' }), 400, 'validation_failed'],
    ['an unknown field', () => ({ ...orderOf([good()]), colour: 'blue' }), 400, 'validation_failed'],
    ['no domains', () => ({ domains: [] }), 400, 'validation_failed'],
    [
      'a wrong platform',
      () => {
        const { name } = good();
        return orderOf([{ name, mailboxes: mailboxesOn(name, 1, 'YAHOO') }]);
      },
      400,
      'validation_failed',
    ],
    [
      'two mailboxes with one address',
      () => {
        const { name } = good();
        const [box] = mailboxesOn(name, 1);
        return orderOf([{ name, mailboxes: [box!, { ...box!, email: box!.email.toUpperCase() }] }]);
      },
      400,
      'duplicate_mailbox',
    ],
    [
      'two platforms on one domain',
      () => {
        const { name } = good();
        const boxes = mailboxesOn(name, 2);
        return orderOf([{ name, mailboxes: [boxes[0]!, { ...boxes[1]!, platform: 'MICROSOFT' }] }]);
      },
      400,
      'mixed_platforms',
    ],
    [
      'a mailbox on another domain',
      () => orderOf([{ name: freshName(), mailboxes: mailboxesOn('elsewhere.com', 1) }]),
      400,
      'email_not_on_domain',
    ],
    ['a taken name', () => orderOf([{ name: 'google.com', mailboxes: [] }]), 409, 'domain_not_available'],
    [
      'a foreign top-level domain',
      () => orderOf([{ name: 'northpeak.io', mailboxes: [] }]),
      409,
      'domain_not_available',
    ],
    [
      'an internationalised name',
      () => orderOf([{ name: 'grüße-nova.com', mailboxes: [] }]),
      400,
      'internationalized_name',
    ],
    ['a name that is none', () => orderOf([{ name: 'no dots', mailboxes: [] }]), 400, 'invalid_domain_name'],
    [
      'one domain twice',
      () => {
        const domain = good();
        return orderOf([domain, { ...domain, name: domain.name.toUpperCase(), mailboxes: [] }]);
      },
      400,
      'duplicate_domain',
    ],
    [
      '501 mailboxes',
      () => {
        const names = Array.from({ length: 6 }, () => freshName());
        return orderOf(
          names.map((name, index) => ({ name, mailboxes: mailboxesOn(name, index < 5 ? 100 : 1) })),
        );
      },
      400,
      'order_too_large',
    ],
    [
      'a reserved username',
      () => {
        const { name } = good();
        const [box] = mailboxesOn(name, 1);
        return orderOf([{ name, mailboxes: [{ ...box!, email: `postmaster@${name}` }] }]);
      },
      400,
      'invalid_username',
    ],
    [
      'an unknown sequencer',
      () => {
        const { name } = good();
        const [box] = mailboxesOn(name, 1);
        return orderOf([{ name, mailboxes: [{ ...box!, sequencer_uid: 'seq-1' }] }]);
      },
      404,
      'sequencer_not_found',
    ],
    [
      'more than the wallet holds',
      () => orderOf(Array.from({ length: 100 }, () => ({ name: freshName(), mailboxes: [] }))),
      402,
      'insufficient_funds',
    ],
  ];

  test.each(cases)('%s', async (_title, body, status, code) => {
    const before = await walletOf(api);
    const reply = await place(body() as object);
    expect(reply.body, JSON.stringify(reply.body)).toMatchObject({ error: true, code });
    expect(reply.status).toBe(status);
    expect(reply.body.message.length).toBeGreaterThan(5);
    expect(await walletOf(api)).toBe(before);
  });

  test('that the wallet cannot pay says what is missing and leaves the names free', async () => {
    const names = Array.from({ length: 100 }, () => freshName());
    const reply = await place(orderOf(names.map((name) => ({ name, mailboxes: [] }))));
    expect(reply.body.message).toBe('Insufficient wallet balance to place the order');
    expect(reply.body.required_credits).toBe(1250);
    expect(reply.body.missing_credits).toBe(1250 - reply.body.credits_remaining);
    expect((await api.get(`/domains/available?domain=${names[0]}`)).body.available).toBe(true);
    await expectBalanced(api);
  });
});

describe('the registrant of an order', () => {
  const registrantOf = async (body: object, name: string) => {
    const placed = await place(body);
    expect(placed.status, JSON.stringify(placed.body)).toBe(201);
    await orderEnded(api, placed.body.order_id);
    const domain = await api.database.db
      .selectFrom('domain')
      .select('contact')
      .where('name', '=', name)
      .executeTakeFirstOrThrow();
    return domain.contact;
  };
  const { first_name, last_name, email } = contact;
  const partial = { first_name, last_name, email, name: 'Mara Voss', organization: '', company: 'Northpeak' };

  test('counts as none when it lacks what registries require', async () => {
    const name = freshName();
    const order = orderOf([{ name, mailboxes: [] }]);
    expect(await registrantOf({ ...order, contact_details: partial }, name)).toBeNull();
  });

  test('of one domain that counts as none leaves the domain to that of the order', async () => {
    const name = freshName();
    const { domains, ...order } = orderOf([{ name, mailboxes: [] }]);
    const body = { ...order, domains: [{ ...domains[0]!, contact_details: partial }] };
    expect(await registrantOf(body, name)).toEqual(contact);
  });

  test('may have "" and null for what is optional, a country in small letters, and a company', async () => {
    const name = freshName();
    const order = orderOf([{ name, mailboxes: [] }]);
    const sent = {
      ...contact,
      country: 'us',
      phone: '',
      address_line2: null,
      organization: '',
      company: 'Np',
    };
    expect(await registrantOf({ ...order, contact_details: sent }, name)).toEqual({
      ...contact,
      organization: 'Np',
    });
  });

  test('is refused for what is wrong in it, each named', async () => {
    const name = freshName();
    const wrong = { ...contact, phone: '0800', country: 'USA' };
    const reply = await place({ ...orderOf([{ name, mailboxes: [] }]), contact_details: wrong });
    expect(reply.body.problems.map((problem: Body) => problem.path)).toEqual([
      'contact_details.country',
      'contact_details.phone',
    ]);
  });
});

test('an order takes "" and null for everything optional', async () => {
  const name = freshName();
  const boxes = mailboxesOn(name, 2).map((box, index) => ({
    ...box,
    profile_pic_url: index ? '' : null,
    sequencer_uid: index ? '' : null,
  }));
  const domain = { name, redirect_url: '', sequencer: null, consent_screen_url: '', contact_details: null };
  const placed = await place({ contact_details: null, domains: [{ ...domain, mailboxes: boxes }] });
  expect(placed.status, JSON.stringify(placed.body)).toBe(201);
  expect((await orderEnded(api, placed.body.order_id)).status).toBe('done');
});
