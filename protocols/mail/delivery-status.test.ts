// Proves the report by reading it with an independent MIME parser.
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { buildDeliveryReport, type DeliveryReport } from './delivery-status.ts';
import { findBareLineBreak } from './header.ts';

const report = (change: Partial<DeliveryReport> = {}): DeliveryReport => ({
  reportingMta: 'mail.example',
  from: 'mailer-daemon@mail.example',
  to: 'ann@sender.example',
  messageId: '<r1@mail.example>',
  boundary: 'b-1',
  date: new Date('2026-03-05T09:08:07Z'),
  arrivalDate: new Date('2026-03-05T09:00:00Z'),
  recipients: [
    {
      address: 'bob@other.example',
      status: '5.1.1',
      reason: 'There is no such address.',
      remoteMta: 'mx.other.example',
      diagnostic: '550 5.1.1 No such user',
      lastAttemptAt: new Date('2026-03-05T09:08:00Z'),
    },
  ],
  original: Buffer.from('Message-ID: <o1@sender.example>\r\nSubject: Hello\r\n\r\nthe body\r\n'),
  ...change,
});

const parts = async (raw: Buffer) => {
  const mail = await PostalMime.parse(raw, { forceRfc822Attachments: true, attachmentEncoding: 'utf8' });
  const content = (type: string) =>
    String(mail.attachments.find((part) => part.mimeType === type)?.content ?? '');
  return { mail, content };
};

describe('delivery report', () => {
  it('is a multipart/report with words, machine-readable status and the original header', async () => {
    const { mail, content } = await parts(buildDeliveryReport(report()));
    expect(mail.headers.find(({ key }) => key === 'content-type')?.value).toMatch(
      /^multipart\/report; report-type=delivery-status; boundary="b-1"$/,
    );
    expect(mail.from?.address).toBe('mailer-daemon@mail.example');
    expect(mail.to?.[0]?.address).toBe('ann@sender.example');
    expect(mail.inReplyTo).toBe('<o1@sender.example>');
    expect(mail.text).toContain('<bob@other.example>: There is no such address.');
    expect(mail.text).toContain('mx.other.example said: 550 5.1.1 No such user');
    expect(content('message/delivery-status').trim().split(/\r?\n/)).toEqual([
      'Reporting-MTA: dns; mail.example',
      'Arrival-Date: Thu, 05 Mar 2026 09:00:00 +0000',
      '',
      'Final-Recipient: rfc822; bob@other.example',
      'Action: failed',
      'Status: 5.1.1',
      'Remote-MTA: dns; mx.other.example',
      'Diagnostic-Code: smtp; 550 5.1.1 No such user',
      'Last-Attempt-Date: Thu, 05 Mar 2026 09:08:00 +0000',
    ]);
    expect(content('text/rfc822-headers')).toContain('Subject: Hello');
    expect(content('text/rfc822-headers')).not.toContain('the body');
  });

  it('uses the international forms for an address outside of ASCII', async () => {
    const [recipient] = report().recipients;
    const raw = buildDeliveryReport(
      report({ recipients: [{ ...recipient!, address: 'jörg@other.example' }] }),
    );
    const { content } = await parts(raw);
    expect(content('message/global-delivery-status')).toContain('Final-Recipient: utf-8; jörg@other.example');
  });

  it('returns no more than 64 KB of an original header, cut between fields', async () => {
    const original = Buffer.from(`${'X: '.padEnd(900, 'y')}\r\n`.repeat(200));
    const raw = buildDeliveryReport(report({ original }));
    expect(raw.length).toBeLessThan(68 * 1024);
    expect(raw.toString()).toContain('yy\r\n\r\n--b-1--');
  });

  it('lets neither a foreign reply nor the original add a field or a part', async () => {
    const [recipient] = report().recipients;
    const raw = buildDeliveryReport(
      report({
        recipients: [
          {
            ...recipient!,
            diagnostic: '550 no\r\nBcc: eve@evil.example\r\n\r\n--b-1--',
            remoteMta: 'x\r\ny: z',
          },
        ],
        original: Buffer.from('Message-ID: <a@b>\r\n Bcc: eve@evil.example\r\n\r\n'),
      }),
    );
    const { mail, content } = await parts(raw);
    expect(mail.bcc ?? []).toEqual([]);
    expect(mail.inReplyTo).toBeUndefined();
    expect(content('message/delivery-status')).toContain(
      'Diagnostic-Code: smtp; 550 no Bcc: eve@evil.example --b-1--',
    );
    expect(content('message/delivery-status')).not.toMatch(/^(bcc|y):/im);
    expect(findBareLineBreak(raw)).toBe(-1);
  });
});
