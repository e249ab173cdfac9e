// Keeps what is shown true: events of the server make the queries they concern load again.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useSession } from '../session/session.ts';

/** First part of an event's type → nouns of operations whose answers it may have changed. */
const concerned: Record<string, readonly string[]> = {
  domain: ['domains', 'dns', 'orders', 'billing', 'workspaces'],
  dns: ['dns', 'domains', 'orders'],
  mailbox: ['mailboxes', 'domains', 'orders', 'billing', 'workspaces'],
  order: ['orders', 'domains', 'mailboxes', 'billing', 'accounts'],
  wallet: ['billing', 'payments', 'accounts'],
  payment: ['payments', 'billing', 'accounts', 'invoices'],
  subscription: ['subscriptions', 'billing', 'accounts'],
  webhook: ['webhooks'],
  workspace: ['workspaces'],
  tag: ['tags', 'domains', 'mailboxes'],
  sequencer: ['sequencers', 'mailboxes'],
  sequencer_export: ['sequencers', 'mailboxes'],
  warmup: ['warmup', 'billing'],
  consent_request: ['consent-requests'],
  person: ['people', 'sessions'],
};

/** Many events come at once; what they concern is loaded once. */
const GATHER_MS = 400;
const COME_BACK_MS = 5_000;

export type Liveness = 'live' | 'away';

export const useLive = (): Liveness => {
  const { sdk } = useSession();
  const client = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>('live');

  useEffect(() => {
    const stop = new AbortController();
    const nouns = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      timer = undefined;
      const now = new Set(nouns);
      nouns.clear();
      void client.invalidateQueries({
        predicate: ({ queryKey: [id] }) => now.has(String(id).split('.')[0]!),
      });
    };
    const follow = async () => {
      while (!stop.signal.aborted) {
        try {
          setLiveness('live');
          for await (const event of sdk.events.stream.each({}, { signal: stop.signal })) {
            for (const noun of concerned[event.type.split('.')[0]!] ?? []) nouns.add(noun);
            timer ??= setTimeout(refresh, GATHER_MS);
          }
        } catch {
          if (stop.signal.aborted) return;
          setLiveness('away');
          await new Promise((resolve) => setTimeout(resolve, COME_BACK_MS));
          // What happened while nobody listened is not known: everything is loaded again.
          void client.invalidateQueries();
        }
      }
    };
    void follow();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [sdk, client]);

  return liveness;
};
