// States in words, with a colour beside: never by colour alone.
import type { ReactNode } from 'react';
import { cn } from './cn.ts';

export type Tone = 'good' | 'wait' | 'bad' | 'calm' | 'accent';

const tones: Record<Tone, string> = {
  good: 'bg-good-soft text-good',
  wait: 'bg-wait-soft text-wait',
  bad: 'bg-bad-soft text-bad',
  calm: 'bg-sunken text-ink-soft',
  accent: 'bg-accent-soft text-accent',
};

export const Badge = ({
  tone = 'calm',
  children,
  title,
}: {
  tone?: Tone;
  children: ReactNode;
  title?: string;
}) => (
  <span
    title={title}
    className={cn(
      'inline-flex h-5 max-w-full align-middle items-center gap-1.5 truncate rounded px-1.5 font-medium text-2xs',
      tones[tone],
    )}
  >
    {children}
  </span>
);

const good = new Set([
  'active',
  'done',
  'delivered',
  'paid',
  'succeeded',
  'verified',
  'healthy',
  'ok',
  'matched',
  'live',
  'enabled',
  'completed',
  'propagated',
]);
const bad = new Set([
  'error',
  'failed',
  'expired',
  'suspended',
  'critical',
  'missing',
  'mismatch',
  'duplicate',
  'unreachable',
  'archived',
  'payment_failed',
  'disabled',
  'registration_failed',
  'revoked',
  'past_due',
  'unpaid',
]);
const calm = new Set([
  'inactive',
  'cancelled',
  'unknown',
  'not_applicable',
  'none',
  'deleted',
  'removed',
  'expired_quote',
]);

export const toneOf = (status: string): Tone =>
  good.has(status)
    ? 'good'
    : bad.has(status) || status.endsWith('_failed')
      ? 'bad'
      : calm.has(status)
        ? 'calm'
        : 'wait';

/** `registration_in_progress` → `Registration in progress` */
export const words = (status: string): string => {
  const text = status
    .replace(/[_.-]+/g, ' ')
    .replace(/\b(api|dkim|dmarc|dns|mx|ns|ok|spf)\b/gi, (letters) => letters.toUpperCase());
  return text.charAt(0).toUpperCase() + text.slice(1);
};

export const Status = ({ status, reason }: { status: string; reason?: string | null }) => (
  <Badge tone={toneOf(status)} {...(reason ? { title: reason } : {})}>
    <span aria-hidden className="size-1.5 shrink-0 rounded-full bg-current" />
    <span className="truncate">{words(status)}</span>
  </Badge>
);
