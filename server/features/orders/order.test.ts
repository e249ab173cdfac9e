// Where a domain of an order stands, told from the domain and its mailboxes.
import { describe, expect, test } from 'vitest';
import type { DomainStatus } from '../domains/index.ts';
import type { MailboxStatus } from '../mailboxes/index.ts';
import { domainProgress, type OrderDomainStatus, orderResult, stageSince } from './order.ts';

const domain = (status: DomainStatus) => ({ status, registrationStage: 'registering' as const });
const boxes = (...statuses: MailboxStatus[]) => statuses.map((status) => ({ status }));
const progress = (status: DomainStatus, ...mailboxes: MailboxStatus[]) =>
  domainProgress('processing', domain(status), boxes(...mailboxes));

describe('a domain of an order', () => {
  test.each<[DomainStatus, OrderDomainStatus]>([
    ['registration_in_progress', 'registering'],
    ['dns_setup_pending', 'waiting_for_activation'],
    ['waiting_for_dns_propagation', 'waiting_for_activation'],
    ['active', 'completed'],
    ['inactive', 'error'],
    ['cancelled', 'error'],
    ['payment_failed', 'error'],
    ['deleted', 'error'],
    ['scheduled_for_deletion', 'error'],
    ['expired_propagation', 'error'],
  ])('that is %s has come to %s', (status, expected) => {
    expect(progress(status)).toBe(expected);
  });

  test.each<MailboxStatus>([
    'pending',
    'scheduled',
    'processing',
    'waiting_for_dns_propagation',
    'waiting_for_activation_email',
    'activation_email_received',
    'configuring_workspace',
    'configuring_dns',
    'configuring_dkim',
    'configuring_auth',
    'finalizing_setup',
  ])('is not completed while a mailbox of it is %s', (status) => {
    expect(progress('active', 'active', status, 'failed')).toBe('creating_mailboxes');
  });

  test('ends with a warning when a mailbox failed, and so the order with errors', () => {
    expect(progress('active', 'active', 'failed')).toBe('warning');
    expect(orderResult(['completed', 'warning'])).toBe('error');
    expect(orderResult(['completed', 'completed'])).toBe('done');
  });

  test('waits for what its mailboxes agree to, and is what it is whatever comes of that', () => {
    const stands = (consents: 'underway' | 'over') =>
      domainProgress('processing', domain('active'), boxes('active', 'failed'), consents);
    expect([stands('underway'), stands('over')]).toEqual(['generating_consent_url', 'warning']);
  });

  test('is in its stage since that began, whatever its mailboxes went through meanwhile', () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 10, minute));
    const times = { statusSince: at(3), registrationStageSince: at(1) };
    const since = (stage: OrderDomainStatus) =>
      stageSince(stage, times, [{ statusSince: at(7) }, { statusSince: at(5) }]).getUTCMinutes();
    expect(since('checking_availability')).toBe(1);
    expect(since('registering')).toBe(1);
    expect(since('waiting_for_activation')).toBe(3);
    expect(since('creating_mailboxes')).toBe(3);
    expect(since('completed')).toBe(7);
    expect(since('warning')).toBe(7);
    expect(since('error')).toBe(3);
  });
});
