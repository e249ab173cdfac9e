// The two state machines of domains, and what counts as proof.
import { describe, expect, test } from 'vitest';
import { type DomainStatus, isProven, mayMove } from './domain.ts';

const statuses: DomainStatus[] = [
  'cart',
  'registration_in_progress',
  'dns_setup_pending',
  'waiting_for_dns_propagation',
  'active',
  'inactive',
  'payment_failed',
  'cancelled',
  'deleted',
  'scheduled_for_deletion',
  'expired_propagation',
];
const movesOf = (connectionType: 'purchased' | 'connected') =>
  statuses.flatMap((status) =>
    statuses.filter((to) => mayMove({ connectionType, status }, to)).map((to) => `${status} > ${to}`),
  );

describe('a bought domain', () => {
  test('never waits in vain for a delegation', () => {
    expect(movesOf('purchased').filter((move) => move.includes('expired_propagation'))).toEqual([]);
  });

  test('is proven to be its owner’s as soon as it is registered', () => {
    const domain = { connectionType: 'purchased' as const, delegatedAt: null };
    expect(isProven({ ...domain, status: 'registration_in_progress' })).toBe(false);
    expect(isProven({ ...domain, status: 'dns_setup_pending' })).toBe(true);
  });
});

describe('a connected domain', () => {
  test('is never registered, paid for or given back', () => {
    const bought = /cart|registration_in_progress|payment_failed|cancelled/;
    expect(movesOf('connected').filter((move) => bought.test(move))).toEqual([]);
  });

  test('is its owner’s once its delegation was seen, and not before', () => {
    const domain = { connectionType: 'connected' as const, status: 'waiting_for_dns_propagation' as const };
    expect(isProven({ ...domain, delegatedAt: null })).toBe(false);
    expect(isProven({ ...domain, delegatedAt: new Date() })).toBe(true);
  });

  test('that expired can be taken up again', () => {
    expect(movesOf('connected')).toContain('expired_propagation > waiting_for_dns_propagation');
  });
});

test.each(['purchased', 'connected'] as const)(
  'a %s domain that is gone comes back as another row only, and goes by way of its removal',
  (connectionType) => {
    const moves = movesOf(connectionType);
    for (const gone of ['deleted', 'cancelled', 'payment_failed']) {
      expect(moves.filter((move) => move.startsWith(`${gone} >`))).toEqual([]);
    }
    expect(moves.filter((move) => move.startsWith('scheduled_for_deletion >'))).toEqual([
      'scheduled_for_deletion > deleted',
    ]);
    expect(moves).toContain('active > scheduled_for_deletion');
    expect(moves).not.toContain('active > deleted');
  },
);
