// Proves where mail goes that is for a mailbox with aliases, or for one that forwards: on its way, into the mailbox when
// a copy stays, and never in circles.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import { newId } from '../../../database/uuid.ts';
import {
  publishDomain,
  publishForward,
  publishMailbox,
  startTestPlane,
  storedMessages,
  type TestPlane,
} from '../testing/plane.ts';
import { transact } from '../testing/raw-smtp.ts';

const CONTENT = 'From: a@open.example\r\nSubject: x\r\n\r\nhi';
const FAR = 'team@elsewhere.example';

const database = useTestDatabase();
let plane: TestPlane;

beforeAll(async () => {
  plane = await startTestPlane(database);
  plane.dns.add('open.example', 'TXT', 'v=spf1 ip4:127.0.0.1 -all');
});
afterAll(() => plane.close());

let domains = 0;
const newDomain = async (): Promise<string> => {
  const name = `f${++domains}.example`;
  await publishDomain(plane, name);
  return name;
};
const mailbox = async (address: string, forward: { to?: string; keep?: boolean; alias?: string } = {}) => {
  const id = await publishMailbox(plane.db, address);
  const { to = null, keep = false, alias } = forward;
  await plane.db
    .updateTable('published.mailbox')
    .set({ forward_to: to, forward_keeps_copy: keep })
    .where('id', '=', id)
    .execute();
  if (alias) {
    await plane.db.insertInto('published.mailbox_alias').values({ address: alias, mailbox_id: id }).execute();
  }
  return id;
};
const send = async (to: string | string[], content = CONTENT, from = 'a@open.example') =>
  (await transact(plane.smtpPort, { from, to: [to].flat(), content })).at(-1) ?? '';
const count = async (id: string) => (await storedMessages(plane.db, id)).length;
const sentOn = async (forwardedFor: string) =>
  plane.db
    .selectFrom('mail.queue_recipient as r')
    .innerJoin('mail.queue_message as m', 'm.id', 'r.message_id')
    .select(['r.address', 'm.sender', 'm.raw'])
    .where('m.forwarded_for', '=', forwardedFor)
    .execute();

describe('an alias', () => {
  it('gets the mail of its mailbox, sub-addresses included, until it ends', async () => {
    const domain = await newDomain();
    const id = await mailbox(`new@${domain}`, { alias: `old@${domain}` });
    for (const local of ['old', 'OLD', 'old+x', 'new'])
      expect(await send(`${local}@${domain}`)).toMatch(/^250/);
    expect(await count(id)).toBe(4);
    expect(await send([`old@${domain}`, `new@${domain}`])).toMatch(/^250/);
    expect(await count(id)).toBe(5);
    await plane.db.deleteFrom('published.mailbox_alias').where('mailbox_id', '=', id).execute();
    expect(await send(`old@${domain}`)).toMatch(/^550 5\.1\.1/);
  });
});

describe('a mailbox that forwards', () => {
  it('sends mail on with a sender of its domain that reports come back to, and keeps none', async () => {
    const domain = await newDomain();
    const address = `mara@${domain}`;
    const id = await mailbox(address, { to: FAR, alias: `old@${domain}` });
    expect(await send(address)).toMatch(/^250/);
    expect(await send(`old@${domain}`)).toMatch(/^250/);
    expect(await count(id)).toBe(0);
    const [first] = await sentOn(address);
    expect(first?.address).toBe(FAR);
    expect(first?.sender).toMatch(new RegExp(`^SRS0=.*@${domain}$`, 'i'));
    expect(String(first?.raw)).toContain(`Delivered-To: ${address}\r\n`);
    expect(await sentOn(`old@${domain}`)).toHaveLength(1);
  });

  it('and keeps a copy has each message once, and sends it on once', async () => {
    const domain = await newDomain();
    const address = `mara@${domain}`;
    const id = await mailbox(address, { to: FAR, keep: true });
    expect(await send([address, `mara+x@${domain}`])).toMatch(/^250/);
    expect(await count(id)).toBe(1);
    expect(await sentOn(address)).toHaveLength(1);
  });

  it('to another mailbox that forwards too leads to the end of the way, with a copy wherever one stays', async () => {
    const domain = await newDomain();
    const [a, b, c] = [
      await mailbox(`a@${domain}`, { to: `b@${domain}`, keep: true }),
      await mailbox(`b@${domain}`, { to: `c@${domain}` }),
      await mailbox(`c@${domain}`),
    ];
    await send(`a@${domain}`);
    expect([await count(a), await count(b), await count(c)]).toEqual([1, 0, 1]);
    const [message] = await storedMessages(plane.db, c);
    expect(message?.raw).toContain(`Delivered-To: b@${domain}\r\nDelivered-To: a@${domain}\r\n`);
  });

  it('in a circle with another keeps what has come round, and it does not go round again', async () => {
    const domain = await newDomain();
    const a = await mailbox(`a@${domain}`, { to: `b@${domain}` });
    const b = await mailbox(`b@${domain}`, { to: `a@${domain}` });
    expect(await send(`a@${domain}`)).toMatch(/^250/);
    expect([await count(a), await count(b)]).toEqual([1, 0]);
  });

  it('keeps what it sent on before when it comes back from outside', async () => {
    const domain = await newDomain();
    const address = `mara@${domain}`;
    const id = await mailbox(address, { to: FAR });
    expect(await send(address, `Delivered-To: ${address}\r\n${CONTENT}`)).toMatch(/^250/);
    expect(await count(id)).toBe(1);
    expect(await sentOn(address)).toHaveLength(0);
  });

  it('to an address of ours that does not exist refuses the mail, unless it keeps a copy', async () => {
    const domain = await newDomain();
    await mailbox(`lost@${domain}`, { to: `nobody@${domain}` });
    const kept = await mailbox(`kept@${domain}`, { to: `nobody@${domain}`, keep: true });
    expect(await send(`lost@${domain}`)).toMatch(/^550 5\.1\.1/);
    expect(await send(`kept@${domain}`)).toMatch(/^250/);
    expect(await count(kept)).toBe(1);
  });

  it('with a copy is not told of a message that cannot be sent on: somebody has it', async () => {
    const domain = await newDomain();
    const address = `mara@${domain}`;
    const id = await mailbox(address, { to: FAR, keep: true });
    const far = 'Received: from x by y; Mon, 23 Nov 2026 16:41:00 +0000\r\n'.repeat(31);
    expect(await send(address, far + CONTENT)).toMatch(/^250/);
    expect(await count(id)).toBe(1);
    const reports = await plane.db
      .selectFrom('mail.queue_recipient')
      .select('id')
      .where('address', '=', 'a@open.example')
      .execute();
    expect(reports).toHaveLength(0);
  });

  it('is reached through the catch-all of its domain, and yields to the forwarding of a whole domain', async () => {
    const domain = await newDomain();
    const address = `mara@${domain}`;
    await mailbox(address, { to: FAR });
    await publishForward(plane.db, domain, 'catch_all', address);
    expect(await send(`nobody@${domain}`)).toMatch(/^250/);
    expect((await sentOn(`nobody@${domain}`)).map((row) => row.address)).toEqual([FAR]);
    await publishForward(plane.db, domain, 'forward', 'all@elsewhere.example');
    expect(await send(address)).toMatch(/^250/);
    expect((await sentOn(address)).map((row) => row.address)).toEqual(['all@elsewhere.example']);
  });
});

it('an address is refused to two mailboxes in the schema itself', async () => {
  const domain = await newDomain();
  const id = await mailbox(`a@${domain}`);
  const alias = { address: `b@${domain}`, mailbox_id: id };
  await plane.db.insertInto('published.mailbox_alias').values(alias).execute();
  await expect(plane.db.insertInto('published.mailbox_alias').values(alias).execute()).rejects.toThrow();
  const orphan = { address: `c@${domain}`, mailbox_id: newId() };
  await expect(plane.db.insertInto('published.mailbox_alias').values(orphan).execute()).rejects.toThrow();
});
