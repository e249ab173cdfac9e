// How what is stored of a mailbox and what its host has can differ, and which of it can be mended without asking.
import type { HostedMailbox, HostedStatus } from '../../../providers/contracts/mailbox-host.ts';
import { displayName, type Mailbox } from './mailbox.ts';

export const driftKinds = [
  'missing_at_host',
  'unknown_at_host',
  'status',
  'display_name',
  'address',
  'aliases',
  'forwarding',
  'password',
] as const;
export type DriftKind = (typeof driftKinds)[number];

/** `expected` is what is stored, `found` what the host has; of a password neither says anything. */
export type Difference = { kind: DriftKind; expected: string | null; found: string | null };

/**
 * Mended at once: making a lost mailbox again with its secrets, closing what must be closed and opening what must be
 * open, and the name it sends under. The rest decides who gets whose mail, and waits for somebody to look.
 */
export const mendedAtOnce: readonly DriftKind[] = ['missing_at_host', 'status', 'display_name'];

/** `status` is what the host calls the status that the mailbox should have there. */
export const differences = (
  mailbox: Mailbox,
  { status, aliases }: { status: HostedStatus; aliases: readonly string[] },
  hosted: HostedMailbox,
): Difference[] => {
  const pairs: [DriftKind, string | null, string | null][] = [
    ['status', status, hosted.status],
    ['display_name', displayName(mailbox), hosted.displayName],
    ['address', mailbox.address, hosted.address],
    ['aliases', aliases.toSorted().join(', '), hosted.aliases.toSorted().join(', ')],
    ['forwarding', mailbox.forwardingEmail, hosted.forwarding?.address ?? null],
  ];
  return pairs
    .filter(([, expected, found]) => expected !== found)
    .map(([kind, expected, found]) => ({ kind, expected, found }));
};
