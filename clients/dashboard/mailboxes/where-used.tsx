// The sequencers that have a mailbox, and what each says of it.
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useRead, useWrite } from '../queries/operations.ts';
import { ExportMany } from '../sequencers/export-many.tsx';
import { useSession } from '../session/session.ts';
import { Badge, Status, words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Time } from '../ui/format.tsx';
import { type Outcome, Outcomes } from '../ui/outcomes.tsx';
import { Empty, Loaded } from '../ui/states.tsx';

export const WhereUsed = ({ uid, email }: { uid: string; email: string }) => {
  const { may } = useSession();
  const [exporting, setExporting] = useState(false);
  const [outcomes, setOutcomes] = useState<Outcome[] | null>(null);
  const used = useRead('sequencers.where-used', { mailbox_uid: uid });
  const retry = useWrite('sequencers.retry', { done: 'Begun again' });
  return (
    <Card
      title="Where used"
      about="As each sequencer says itself"
      flush
      action={
        may('write') && (
          <Button size="small" onClick={() => setExporting(true)}>
            Export
          </Button>
        )
      }
    >
      <Loaded reading={used} rows={2}>
        {(shown) =>
          shown.data.length === 0 ? (
            <Empty title="In no sequencer">Export it to one, and it is kept connected there.</Empty>
          ) : (
            <ul className="divide-y divide-line">
              {shown.data.map(({ sequencer_name, platform, export: row }) => (
                <li key={row.uid} className="grid gap-1 px-4 py-2.5">
                  <p className="flex items-center gap-2">
                    <Link
                      to="/sequencers/$uid"
                      params={{ uid: row.sequencer_uid }}
                      className="min-w-0 truncate font-medium hover:underline"
                    >
                      {sequencer_name}
                    </Link>
                    <Badge>{platform}</Badge>
                    <span className="flex-1" />
                    <Status status={row.status} />
                  </p>
                  <p className="text-ink-soft text-xs">
                    {row.error_message ??
                      (row.last_seen_at ? (
                        <>
                          Last seen connected <Time at={row.last_seen_at} />
                        </>
                      ) : (
                        words(row.stage)
                      ))}
                    {row.target_words && ` “${row.target_words}”`}
                  </p>
                  {row.status === 'failed' && may('write') && (
                    <div>
                      <Button
                        size="small"
                        busy={retry.isPending}
                        onClick={() => retry.mutate({ uids: [row.uid] })}
                      >
                        Try again
                      </Button>
                    </div>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <ExportMany
        open={exporting}
        onClose={() => setExporting(false)}
        uids={[uid]}
        nameOf={() => email}
        onDone={(_title, rows) => setOutcomes(rows)}
      />
      <Outcomes title="Exported" outcomes={outcomes} onClose={() => setOutcomes(null)} />
    </Card>
  );
};
