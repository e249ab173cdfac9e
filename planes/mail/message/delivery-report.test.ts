// Proves that reports of other systems are read as they write them, and that nothing else is taken for one.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildDeliveryReport } from '../../../protocols/mail/delivery-status.ts';
import { readDeliveryReport } from './delivery-report.ts';

const crlf = (text: string): Buffer => Buffer.from(text.replace(/\r?\n/g, '\r\n'));

const postfix = `From: MAILER-DAEMON@mx.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: ann@here.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="6C1B.1/mx.example"

This is a MIME-encapsulated message.

--6C1B.1/mx.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--6C1B.1/mx.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
X-Postfix-Queue-ID: 6C1B
Arrival-Date: Thu,  5 Mar 2026 09:00:00 +0000 (UTC)

Final-Recipient: rfc822; bob@mx.example
Original-Recipient: rfc822;Bob@mx.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; inner.example
Diagnostic-Code: smtp; 550 5.1.1 <bob@mx.example>: Recipient address rejected:
    User unknown in virtual mailbox table

Final-Recipient: rfc822; eve@mx.example
Action: delayed
Status: 4.4.1

--6C1B.1/mx.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <ann@here.example>
Subject: Hello
Message-Id: <o1@here.example>

--6C1B.1/mx.example--
`;

const exchange = `From: <postmaster@tenant.example>
To: ann@here.example
Content-Type: multipart/report; report-type=Delivery-Status; boundary=b
MIME-Version: 1.0

--b
Content-Type: text/plain

Delivery has failed.
--b
Content-Type: message/delivery-status
Content-Transfer-Encoding: base64

${Buffer.from('Reporting-MTA: dns;AM0.prod.example\r\nReceived-From-MTA: dns;here\r\n\r\nFinal-Recipient: rfc822;<gone@tenant.example>\r\nAction: FAILED\r\nStatus: 5.1.10 (bad)\r\nDiagnostic-Code: smtp;550 5.1.10 RecipientNotFound\r\n').toString('base64')}
--b
Content-Type: message/rfc822

Message-ID: <o2@here.example>
Subject: Hello

the body
--b--
`;

describe('a report', () => {
  it('of Postfix is read with both of its recipients and the message it is about', () => {
    expect(readDeliveryReport(crlf(postfix))).toEqual({
      messageId: '<o1@here.example>',
      reportingMta: 'mx.example',
      recipients: [
        {
          action: 'failed',
          status: '5.1.1',
          finalRecipient: 'bob@mx.example',
          originalRecipient: 'Bob@mx.example',
          diagnostic:
            '550 5.1.1 <bob@mx.example>: Recipient address rejected:    User unknown in virtual mailbox table',
          remoteMta: 'inner.example',
        },
        {
          action: 'delayed',
          status: '4.4.1',
          finalRecipient: 'eve@mx.example',
          originalRecipient: null,
          diagnostic: '',
          remoteMta: null,
        },
      ],
    });
  });

  it('of Exchange is read through its encoding, brackets and the whole message it returns', () => {
    expect(readDeliveryReport(crlf(exchange))).toMatchObject({
      messageId: '<o2@here.example>',
      reportingMta: 'AM0.prod.example',
      recipients: [{ action: 'failed', status: '5.1.10', finalRecipient: 'gone@tenant.example' }],
    });
  });

  it.each([{ returnFull: false }, { returnFull: true }])(
    'of our own is read back, $returnFull',
    ({ returnFull }) => {
      const raw = buildDeliveryReport({
        reportingMta: 'mail.here.example',
        from: 'mailer-daemon@here.example',
        to: 'ann@here.example',
        messageId: '<r@here.example>',
        boundary: 'x',
        date: new Date(),
        arrivalDate: new Date(),
        recipients: [
          { address: 'björn@elsewhere.example', status: '5.1.1', reason: 'no', diagnostic: '550 no' },
        ],
        original: Buffer.from('Message-ID: <o3@here.example>\r\nSubject: Grüße\r\n\r\nhi\r\n'),
        returnFull,
      });
      expect(readDeliveryReport(raw)).toMatchObject({
        messageId: '<o3@here.example>',
        recipients: [{ action: 'failed', status: '5.1.1', diagnostic: '550 no' }],
      });
      expect(readDeliveryReport(raw)?.recipients[0]?.finalRecipient).toBe('björn@elsewhere.example');
    },
  );

  it('is nothing that only looks a little like one', () => {
    const ordinary = postfix.replace('report-type=delivery-status', 'report-type=disposition-notification');
    expect(readDeliveryReport(crlf(ordinary))).toBeNull();
    expect(readDeliveryReport(crlf(postfix.replace('multipart/report', 'multipart/mixed')))).toBeNull();
    expect(readDeliveryReport(readFileSync(new URL(import.meta.url)))).toBeNull();
    expect(readDeliveryReport(Buffer.alloc(0))).toBeNull();
  });

  it('cut off or garbled anywhere is read as far as it goes, and never throws', () => {
    const whole = crlf(postfix);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.uint8Array({ maxLength: 40 }), fc.boolean(), (at, noise, cut) => {
        const rest = cut ? Buffer.alloc(0) : whole.subarray(at);
        readDeliveryReport(Buffer.concat([whole.subarray(0, at), noise, rest]));
      }),
      { numRuns: 300 },
    );
  });
});
