// Proves where mail for the addresses of a domain goes that has a catch-all or is forwarded as a whole, and that it
// never goes in circles.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import {
  HOSTNAME,
  publishDomain,
  publishForward,
  publishMailbox,
  startTestPlane,
  storedMessages,
  submissionClient,
  type TestPlane,
} from '../testing/plane.ts';
import { transact } from '../testing/raw-smtp.ts';

// For what happens in the background; a loaded machine may take long.
const SOON = { timeout: 30_000 };
const CONTENT = 'From: a@open.example\r\nSubject: x\r\n\r\nhi';

const database = useTestDatabase();
let plane: TestPlane;

beforeAll(async () => {
  plane = await startTestPlane(database);
  plane.dns.add('open.example', 'TXT', 'v=spf1 ip4:127.0.0.1 -all');
  plane.dns.add('careful.example', 'TXT', 'v=spf1 -all');
  plane.dns.add('_dmarc.careful.example', 'TXT', 'v=DMARC1; p=quarantine');
});
afterAll(() => plane.close());

let domains = 0;
/** A domain of its own for a test. */
const newDomain = async (): Promise<string> => {
  domains += 1;
  const name = `d${domains}.example`;
  await publishDomain(plane, name);
  return name;
};
const mailbox = (address: string, options: Parameters<typeof publishMailbox>[2] = {}) =>
  publishMailbox(plane.db, address, options);
const sendOn = (domain: string, kind: 'forward' | 'catch_all', target: string) =>
  publishForward(plane.db, domain, kind, target);

/** The last reply to mail for these addresses. */
const send = async (to: string | string[], content = CONTENT, from = 'a@open.example') =>
  (await transact(plane.smtpPort, { from, to: [to].flat(), content })).at(-1) ?? '';

const count = async (mailboxId: string) => (await storedMessages(plane.db, mailboxId)).length;

const queued = () =>
  plane.db
    .selectFrom('mail.queue_recipient as r')
    .innerJoin('mail.queue_message as m', 'm.id', 'r.message_id')
    .select(['r.address', 'r.state', 'm.sender', 'm.forwarded_for', 'm.raw'])
    .orderBy('r.id')
    .execute();
const queuedFor = async (address: string) => (await queued()).filter((row) => row.address === address);

describe('the postmaster of the host', () => {
  it('is that of the domain the host is in, named with a domain or without', async () => {
    expect(await send('Postmaster')).toMatch(/^550 5\.7\.1/);
    await publishDomain(plane, 'here.example');
    const ann = await mailbox('ann@here.example');
    for (const address of ['Postmaster', `postmaster@${HOSTNAME}`])
      expect(await send(address)).toMatch(/^250 /);
    expect(await send(`ann@${HOSTNAME}`)).toMatch(/^550 5\.7\.1/);
    expect(await count(ann)).toBe(2);
  });
});

describe('a catch-all', () => {
  it('gets the mail of addresses that do not exist, and none of those that do', async () => {
    const domain = await newDomain();
    const ann = await mailbox(`ann@${domain}`);
    const rest = await mailbox(`rest@${domain}`);
    await sendOn(domain, 'catch_all', `rest@${domain}`);
    for (const local of ['ann', 'ANN', 'ann+news', 'ann+news+more']) await send(`${local}@${domain}`);
    expect([await count(ann), await count(rest)]).toEqual([4, 0]);
    for (const local of ['bob', 'bob+news', '+', 'postmaster', 'rest']) await send(`${local}@${domain}`);
    expect([await count(ann), await count(rest)]).toEqual([4, 5]);
  });

  it('on another domain of the installation gets it with the way it took, and the verdict on the original sender', async () => {
    const [domain, other] = [await newDomain(), await newDomain()];
    const rest = await mailbox(`rest@${other}`);
    await sendOn(domain, 'catch_all', `rest+caught@${other}`);
    expect(await send(`Bob@${domain}`)).toMatch(/^250 /);
    const [message] = await storedMessages(plane.db, rest);
    expect(message?.folder).toBe('INBOX');
    expect(message?.raw).toMatch(
      new RegExp(`^Return-Path: <a@open\\.example>\r\nDelivered-To: bob@${domain}\r\n`),
    );
    expect(message?.raw).toMatch(/spf=pass[^;]*smtp\.mailfrom=a@open\.example/);
    expect(message?.raw.endsWith(`\r\n${CONTENT}\r\n`)).toBe(true);
  });

  it('does not get the mail of a suspended mailbox: its address exists', async () => {
    const domain = await newDomain();
    const rest = await mailbox(`rest@${domain}`);
    await mailbox(`gone@${domain}`, { status: 'suspended' });
    await sendOn(domain, 'catch_all', `rest@${domain}`);
    expect(await send(`gone@${domain}`)).toMatch(/^450 4\.2\.1 This mailbox is suspended/);
    expect(await count(rest)).toBe(0);
  });

  it('gets one copy of a message to many addresses, and so does who gets it directly as well', async () => {
    const domain = await newDomain();
    const rest = await mailbox(`rest@${domain}`);
    await sendOn(domain, 'catch_all', `rest@${domain}`);
    expect(await send(['a', 'b', 'rest', 'c'].map((local) => `${local}@${domain}`))).toMatch(/^250 /);
    expect(await count(rest)).toBe(1);
  });

  it('of another domain has no effect, nor has one of a domain that is not hosted', async () => {
    const [domain, other] = [await newDomain(), await newDomain()];
    await sendOn(other, 'catch_all', `rest@${other}`);
    await sendOn('unhosted.example', 'catch_all', `rest@${domain}`);
    expect(await send(`nobody@${domain}`)).toMatch(/^550 5\.1\.1 There is no such address here/);
    expect(await send('nobody@unhosted.example')).toMatch(/^550 5\.7\.1 Relaying denied/);
  });
});

describe('a domain that is forwarded', () => {
  it('sends all its mail on, whether a mailbox has the address or not, and before its catch-all', async () => {
    const [domain, other] = [await newDomain(), await newDomain()];
    const ann = await mailbox(`ann@${domain}`);
    await mailbox(`gone@${domain}`, { status: 'suspended' });
    const boss = await mailbox(`boss@${other}`);
    await sendOn(domain, 'catch_all', `ann@${domain}`);
    await sendOn(domain, 'forward', `boss@${other}`);
    for (const local of ['ann', 'gone', 'nobody', 'postmaster']) await send(`${local}@${domain}`);
    expect([await count(ann), await count(boss)]).toEqual([0, 4]);
  });

  it('to one of its own mailboxes delivers there, mail for that mailbox as well', async () => {
    const domain = await newDomain();
    const ann = await mailbox(`ann@${domain}`);
    const boss = await mailbox(`boss@${domain}`);
    await sendOn(domain, 'forward', `boss@${domain}`);
    for (const local of ['ann', 'nobody', 'boss', 'boss+x']) {
      expect(await send(`${local}@${domain}`)).toMatch(/^250 /);
    }
    expect([await count(ann), await count(boss)]).toEqual([0, 4]);
  });

  it('to a domain that sends on too goes all the way, and says so', async () => {
    const names = [await newDomain(), await newDomain(), await newDomain()] as const;
    const boss = await mailbox(`boss@${names[2]}`);
    await sendOn(names[0], 'forward', `b@${names[1]}`);
    await sendOn(names[1], 'catch_all', `boss@${names[2]}`);
    await send(`a@${names[0]}`);
    const [message] = await storedMessages(plane.db, boss);
    expect(message?.raw.match(/^Delivered-To: .*$/gm)).toEqual([
      `Delivered-To: b@${names[1]}`,
      `Delivered-To: a@${names[0]}`,
    ]);
  });

  it('changes at once when its row does', async () => {
    const domain = await newDomain();
    const [one, two] = [await mailbox(`one@${domain}`), await mailbox(`two@${domain}`)];
    await sendOn(domain, 'forward', `one@${domain}`);
    await send(`x@${domain}`);
    await plane.db
      .updateTable('published.mail_forward')
      .set({ target_address: `two@${domain}` })
      .where('domain', '=', domain)
      .execute();
    await send(`x@${domain}`);
    await plane.db.deleteFrom('published.mail_forward').where('domain', '=', domain).execute();
    expect(await send(`x@${domain}`)).toMatch(/^550 5\.1\.1 /);
    expect([await count(one), await count(two)]).toEqual([1, 1]);
  });
});

describe('a target that cannot have the mail', () => {
  it.each([
    ['that does not exist', 'nobody', /^550 5\.1\.1 .*sent on to an address that does not exist/],
    ['that is suspended', 'gone', /^450 4\.2\.1 .*sent on to a mailbox that is suspended/],
  ])('%s is refused at RCPT, without naming it', async (_case, local, refusal) => {
    const [domain, other] = [await newDomain(), await newDomain()];
    await mailbox(`gone@${other}`, { status: 'suspended' });
    await sendOn(domain, 'catch_all', `${local}@${other}`);
    const reply = await send(`x@${domain}`);
    expect(reply).toMatch(refusal);
    expect(reply).not.toContain(other);
  });

  it('that is full is refused to the sending host, which still has the message', async () => {
    const [domain, other] = [await newDomain(), await newDomain()];
    await mailbox(`full@${other}`, { quotaBytes: 10 });
    await sendOn(domain, 'forward', `full@${other}`);
    expect(await send(`x@${domain}`)).toMatch(/^552 5\.2\.2 /);
  });

  it('that is no address leaves the mail with the sending host until it is corrected', async () => {
    const domain = await newDomain();
    await sendOn(domain, 'forward', 'a b@c d');
    expect(await send(`x@${domain}`)).toMatch(/^451 4\.3\.5 /);
  });
});

describe('mail that would go in circles', () => {
  it.each(['forward', 'catch_all'] as const)('by a %s to the domain itself is refused', async (kind) => {
    const domain = await newDomain();
    await sendOn(domain, kind, `x@${domain}`);
    for (const local of ['x', 'y']) expect(await send(`${local}@${domain}`)).toMatch(/^554 5\.4\.6 /);
  });

  it('between two domains is refused, and a sender of ours gets exactly one report', async () => {
    const [one, two, home] = [await newDomain(), await newDomain(), await newDomain()];
    const ann = await mailbox(`ann@${home}`);
    await sendOn(one, 'forward', `x@${two}`);
    await sendOn(two, 'forward', `y@${one}`);
    expect(await send(`x@${one}`)).toMatch(/^554 5\.4\.6 /);
    const before = (await queued()).length;
    await submissionClient(plane, `ann@${home}`).sendMail({
      from: `ann@${home}`,
      to: `z@${two}`,
      text: 'hi',
    });
    await vi.waitFor(async () => expect(await count(ann)).toBe(1), SOON);
    expect((await storedMessages(plane.db, ann))[0]?.raw).toContain('Status: 5.4.6');
    await vi.waitFor(async () => {
      const states = (await queued()).slice(before).map(({ state }) => state);
      expect(states).toEqual(['bounced', 'delivered']);
    }, SOON);
  });

  it('through more domains than anybody needs is refused', async () => {
    const names: string[] = [];
    for (let n = 0; n < 11; n += 1) names.push(await newDomain());
    for (const [n, name] of names.entries())
      await sendOn(name, 'forward', `x@${names[n + 1] ?? 'far.example'}`);
    expect(await send(`x@${names[0]}`)).toMatch(/^554 5\.4\.6 /);
    expect(await send(`x@${names[2]}`)).toMatch(/^250 /);
  });

  it('and came back from elsewhere is refused, unless a mailbox has the address', async () => {
    const domain = await newDomain();
    const ann = await mailbox(`ann@${domain}`);
    await sendOn(domain, 'forward', 'me@elsewhere.example');
    const returned = `Delivered-To: info@${domain}\r\n${CONTENT}`;
    expect(await send(`other@${domain}`, returned)).toMatch(/^554 5\.4\.6 /);
    expect(await send(`ann@${domain}`, returned)).toMatch(/^250 /);
    expect(await count(ann)).toBe(1);
    expect(await queuedFor('me@elsewhere.example')).toEqual([]);
  });

  it('to some of its recipients reaches the others, and the sender gets a report about those', async () => {
    const [domain, home] = [await newDomain(), await newDomain()];
    const [ann, bob] = [await mailbox(`ann@${home}`), await mailbox(`bob@${home}`)];
    await sendOn(domain, 'forward', 'me@elsewhere.example');
    const content = `Delivered-To: info@${domain}\r\n${CONTENT}`;
    expect(await send([`x@${domain}`, `bob@${home}`], content, `ann@${home}`)).toMatch(/^250 /);
    expect(await count(bob)).toBe(1);
    await vi.waitFor(async () => expect(await count(ann)).toBe(1), SOON);
    const [report] = await storedMessages(plane.db, ann);
    expect(report?.raw).toContain(`Final-Recipient: rfc822; x@${domain}`);
    expect(report?.raw).toContain('Status: 5.4.6');
  });
});

describe('mail that fails its author’s policy', () => {
  it('goes to Junk where a catch-all leads when the policy is p=quarantine', async () => {
    const domain = await newDomain();
    const rest = await mailbox(`rest@${domain}`);
    await sendOn(domain, 'catch_all', `rest@${domain}`);
    await send(`x@${domain}`, CONTENT.replace('open', 'careful'), 'a@careful.example');
    expect((await storedMessages(plane.db, rest)).map(({ folder }) => folder)).toEqual(['Junk']);
  });

  it('is refused and not sent on when the policy is p=reject', async () => {
    plane.dns.add('strict.example', 'TXT', 'v=spf1 -all');
    plane.dns.add('_dmarc.strict.example', 'TXT', 'v=DMARC1; p=reject');
    const domain = await newDomain();
    await sendOn(domain, 'forward', 'policy@elsewhere.example');
    const content = CONTENT.replace('open', 'strict');
    expect(await send(`x@${domain}`, content, 'a@strict.example')).toMatch(/^550 5\.7\.1 /);
    expect(await queuedFor('policy@elsewhere.example')).toEqual([]);
  });
});
