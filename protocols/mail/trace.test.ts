// Proves the exact bytes of trace fields, and that a hostile HELO cannot add to them.
import { describe, expect, it } from 'vitest';
import { formatDate, formatReceived, formatReturnPath } from './trace.ts';

const date = new Date('2026-03-05T09:08:07.123Z');
const trace = { helo: 'client.example', remoteAddress: '192.0.2.1', by: 'mail.example', id: 'q1', date };

describe('trace fields', () => {
  it('writes dates in UTC with every part at full width', () => {
    expect(formatDate(date)).toBe('Thu, 05 Mar 2026 09:08:07 +0000');
  });

  it('writes Received with the clauses in the order of RFC 5321 §4.4', () => {
    expect(formatReceived({ ...trace, protocol: 'ESMTPS', tls: 'TLSv1.3 X', recipient: 'a@b.example' })).toBe(
      'Received: from client.example ([192.0.2.1])\r\n by mail.example with ESMTPS (TLSv1.3 X)\r\n' +
        ' id q1\r\n for <a@b.example>;\r\n Thu, 05 Mar 2026 09:08:07 +0000\r\n',
    );
  });

  it('leaves out the recipient and TLS when there are none, and marks IPv6 literals', () => {
    expect(formatReceived({ ...trace, remoteAddress: '::1', protocol: 'SMTP' })).toBe(
      'Received: from client.example ([IPv6:::1])\r\n by mail.example with SMTP\r\n id q1;\r\n' +
        ' Thu, 05 Mar 2026 09:08:07 +0000\r\n',
    );
  });

  it.each(['x (y', 'a; b', 'ex\tample', 'a\r\nB: c', ''])('does not repeat the HELO %j', (helo) => {
    expect(formatReceived({ ...trace, helo, protocol: 'SMTP' })).toMatch(/^Received: from unknown \(/);
  });

  it('writes the null path for an empty sender', () => {
    expect(formatReturnPath('')).toBe('Return-Path: <>\r\n');
    expect(formatReturnPath('a@b.example')).toBe('Return-Path: <a@b.example>\r\n');
  });
});
