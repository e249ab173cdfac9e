// How what is stored of a mailbox and what its host has can differ, and which of it can be mended without asking.
import type { Forwarding, HostedMailbox, HostedStatus } from '../../../providers/contracts/mailbox-host.ts';
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
 * What the comparison mends: everything a host has to have. Who had it otherwise there, by hand or by mistake, is told
 * by the event, and changes it here. One that only the host knows may hold somebody's mail, and is removed by people.
 */
export const isMended = (kind: DriftKind): boolean => kind !== 'unknown_at_host';

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
    ['forwarding', describeForwarding(forwardingOf(mailbox)), describeForwarding(hosted.forwarding)],
  ];
  return pairs
    .filter(([, expected, found]) => expected !== found)
    .map(([kind, expected, found]) => ({ kind, expected, found }));
};

const forwardingOf = ({
  forwardingEmail: address,
  forwardingKeepCopy: keepCopy,
}: Mailbox): Forwarding | null => (address === null ? null : { address, keepCopy });

const describeForwarding = (forwarding: Forwarding | null): string | null =>
  forwarding && `${forwarding.address}${forwarding.keepCopy ? '' : ', without a copy'}`;
