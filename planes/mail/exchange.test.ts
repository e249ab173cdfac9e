// Proves the way of a message from submission to the recipient's folder, with the verdicts computed on arrival.
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import {
  HOSTNAME,
  publishDomain,
  publishMailbox,
  startTestPlane,
  storedMessages,
  submissionClient,
  type TestPlane,
} from './testing/plane.ts';

// For what happens in the background; a loaded machine may take long.
const SOON = { timeout: 30_000 };

const database = useTestDatabase();
let plane: TestPlane;
let bob: string;

beforeAll(async () => {
  plane = await startTestPlane(database);
  await publishDomain(plane, 'sender.example');
  await publishDomain(plane, 'receiver.example');
  await publishMailbox(plane.db, 'ann@sender.example');
  bob = await publishMailbox(plane.db, 'bob@receiver.example');
});
afterAll(() => plane.close());

const arrived = (mailboxId: string, count: number) =>
  vi.waitFor(async () => {
    const messages = await storedMessages(plane.db, mailboxId);
    expect(messages).toHaveLength(count);
    return messages;
  }, SOON);

describe('a message between two mailboxes of the installation', () => {
  it('arrives in the INBOX signed with both algorithms, and SPF, DKIM and DMARC pass under a strict policy', async () => {
    await submissionClient(plane, 'ann@sender.example').sendMail({
      from: 'Ann <ann@sender.example>',
      to: 'bob@receiver.example',
      subject: 'Grüße',
      text: 'Hello\n.leading dot\n..two\n.\nend',
    });
    const [message] = await arrived(bob, 1);
    expect(message?.folder).toBe('INBOX');
    const mail = await PostalMime.parse(message!.raw);
    expect(mail.subject).toBe('Grüße');
    expect(mail.text).toBe('Hello\n.leading dot\n..two\n.\nend\n');
    const header = (name: string) => mail.headers.filter(({ key }) => key === name).map(({ value }) => value);
    const [results = ''] = header('authentication-results');
    expect(results.startsWith(`${HOSTNAME};`)).toBe(true);
    expect(results.match(/dkim=pass header\.i=@sender\.example/g)).toHaveLength(2);
    expect(results).toMatch(/dkim=pass[^;]*header\.s=r1/);
    expect(results).toMatch(/dkim=pass[^;]*header\.s=e1/);
    expect(results).toMatch(/spf=pass[^;]*smtp\.mailfrom=ann@sender\.example/);
    expect(results).toMatch(/dmarc=pass[^;]*header\.from=sender\.example/);
    expect(header('dkim-signature').map((value) => /a=([^;]+)/.exec(value)?.[1])).toEqual([
      'ed25519-sha256',
      'rsa-sha256',
    ]);
    expect(header('return-path')).toEqual(['<ann@sender.example>']);
    expect(header('received').map((value) => /with (\S+)/.exec(value)?.[1])).toEqual(['ESMTP', 'ESMTPSA']);
    expect(message?.raw.startsWith('Return-Path: <ann@sender.example>\r\n')).toBe(true);
  });

  it('arrives with an internationalised sender and recipient, and with a tag in the address', async () => {
    await publishDomain(plane, 'xn--bcher-kva.example');
    await publishMailbox(plane.db, 'jörg@xn--bcher-kva.example');
    const zoe = await publishMailbox(plane.db, 'zoë@receiver.example');
    await submissionClient(plane, 'jörg@bücher.example').sendMail({
      envelope: { from: 'jörg@bücher.example', to: 'zoë+news@receiver.example' },
      raw: 'From: Jörg <jörg@bücher.example>\r\nSubject: Grüße\r\n\r\nhi\r\n',
    });
    const [message] = await arrived(zoe, 1);
    expect(message?.folder).toBe('INBOX');
    expect(message?.raw).toContain('Return-Path: <jörg@xn--bcher-kva.example>');
    expect(message?.raw.replace(/\r\n\s/g, ' ')).toMatch(
      /dmarc=pass [^;]*header\.from=xn--bcher-kva\.example/,
    );
  });

  it('comes back as a report, itself authenticated, when there is no such recipient', async () => {
    const carol = await publishMailbox(plane.db, 'carol@sender.example');
    await submissionClient(plane, 'carol@sender.example').sendMail({
      from: 'carol@sender.example',
      to: 'nobody@receiver.example',
      subject: 'Lost',
      text: 'hi',
    });
    const [report] = await arrived(carol, 1);
    expect(report?.folder).toBe('INBOX');
    expect(report?.raw).toMatch(/^Return-Path: <>\r\n/);
    expect(report?.raw.replace(/\r\n\s/g, ' ')).toMatch(/dmarc=pass [^;]*header\.from=sender\.example/);
    expect(report?.raw).toContain('Final-Recipient: rfc822; nobody@receiver.example');
    expect(report?.raw).toContain('Status: 5.1.1');
    expect(report?.raw).toContain('Subject: Lost');
  });

  it('to somewhere else is held, and the queue says why', async () => {
    await submissionClient(plane, 'ann@sender.example').sendMail({
      from: 'ann@sender.example',
      to: 'x@outside.example',
      text: 'hi',
    });
    await expect
      .poll(
        () =>
          plane.db
            .selectFrom('mail.queue_recipient')
            .select(['state', 'reason'])
            .where('address', '=', 'x@outside.example')
            .executeTakeFirst(),
        SOON,
      )
      .toEqual({ state: 'held', reason: expect.stringContaining('Outbound delivery is switched off') });
  });
});

describe('signing', () => {
  it('is done with the keys that are active when the message is sent', async () => {
    await publishDomain(plane, 'rotated.example');
    await publishMailbox(plane.db, 'a@rotated.example');
    const erin = await publishMailbox(plane.db, 'erin@receiver.example');
    const keys = plane.db.updateTable('published.dkim_key').where('domain', '=', 'rotated.example');
    await keys.set({ active: false }).where('selector', '=', 'e1').execute();
    await submissionClient(plane, 'a@rotated.example').sendMail({
      from: 'a@rotated.example',
      to: 'erin@receiver.example',
      text: 'hi',
    });
    const [message] = await arrived(erin, 1);
    const fields = message?.raw.replace(/\r\n\s/g, ' ').match(/^DKIM-Signature: .*$/gm) ?? [];
    expect(fields.map((field) => / s=(\w+)/.exec(field)?.[1])).toEqual(['r1']);
  });

  it('that is not possible makes the message wait, with the reason, rather than leave without', async () => {
    await publishDomain(plane, 'broken.example');
    await publishMailbox(plane.db, 'a@broken.example');
    const keys = plane.db.updateTable('published.dkim_key').where('domain', '=', 'broken.example');
    await keys.set({ private_key_sealed: 'not a sealed key' }).where('selector', '=', 'r1').execute();
    await submissionClient(plane, 'a@broken.example').sendMail({
      from: 'a@broken.example',
      to: 'frank@receiver.example',
      text: 'hi',
    });
    const waiting = () =>
      plane.db
        .selectFrom('mail.queue_recipient')
        .select(['state', 'reason'])
        .where('address', '=', 'frank@receiver.example')
        .executeTakeFirst();
    await expect
      .poll(waiting, SOON)
      .toEqual({ state: 'deferred', reason: 'The message cannot be signed (DKIM)' });
  });
});
