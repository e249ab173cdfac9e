// Where the time of an order goes: every mailbox's way from the order to `active`, cut at each recorded change of
// its domain's status and, from the moment the domain is active, of its own.
import { withDatabase } from './installation.ts';

export type StageTime = {
  /** `domain <status>` or `mailbox <status>`. */
  stage: string;
  /** Of all the time that all mailboxes together took. */
  share: number;
  meanMs: number;
  longestMs: number;
};

type Change = { subject: string; status: string; atMs: number };

/** Reads the events of an order that is done; `changes` counts them. */
export const stageTimes = async (
  databaseUrl: string,
  orderUid: string,
): Promise<{ stages: StageTime[]; changes: number }> => {
  const { mailboxes, changes } = await withDatabase(databaseUrl, async (client) => {
    const owned = await client.query<{ domain: string; mailbox: string }>(
      `select line.domain_uid as domain, box.mailbox_uid as mailbox
         from order_domain line join order_mailbox box on box.order_domain_uid = line.uid
        where line.order_uid = $1`,
      [orderUid],
    );
    const subjects = new Set(owned.rows.flatMap(({ domain, mailbox }) => [domain, mailbox]));
    const events = await client.query<Change>(
      `select subject_uid as subject, data->>'status' as status,
              (extract(epoch from occurred_at) * 1000)::float8 as "atMs"
         from event where subject_uid = any($1) and type like '%.status_changed' order by seq`,
      [[...subjects, orderUid]],
    );
    return { mailboxes: owned.rows, changes: events.rows };
  });
  const bySubject = Map.groupBy(changes, ({ subject }) => subject);
  const spans = new Map<string, number[]>();
  for (const { domain, mailbox } of mailboxes) {
    for (const { stage, ms } of wayOf(bySubject.get(domain) ?? [], bySubject.get(mailbox) ?? [])) {
      spans.set(stage, [...(spans.get(stage) ?? []), ms]);
    }
  }
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const totalMs = sum([...spans.values()].map(sum));
  const stages = [...spans].map(([stage, all]) => ({
    stage,
    share: sum(all) / totalMs,
    meanMs: sum(all) / mailboxes.length,
    longestMs: Math.max(...all),
  }));
  return { stages, changes: changes.length };
};

const wayOf = (domain: Change[], mailbox: Change[]): { stage: string; ms: number }[] => {
  const domainActiveMs = domain.at(-1)!.atMs;
  const ofDomain = domain.slice(0, -1).map(({ status, atMs }, index) => ({
    stage: `domain ${status}`,
    ms: domain[index + 1]!.atMs - atMs,
  }));
  const ofMailbox = mailbox.slice(0, -1).map(({ status, atMs }, index) => ({
    stage: `mailbox ${status}`,
    // Before its domain is active the mailbox only waits, and that time is the domain's.
    ms: Math.max(0, mailbox[index + 1]!.atMs - Math.max(atMs, domainActiveMs)),
  }));
  return [...ofDomain, ...ofMailbox];
};
