// Who did what, from where, and what it changed; and the proof that nothing of it was altered since.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Download, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import type { Row } from '../../sdk/index.ts';
import { useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Badge, Status, words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Fact, Facts, Page, PageHeader } from '../ui/card.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Select } from '../ui/field.tsx';
import { momentOf, Time } from '../ui/format.tsx';
import { saveFile } from '../ui/save-file.ts';
import { Empty, Loaded, messageOf, NoResult } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';
import { useTitle } from '../ui/title.ts';

type Entry = Row<'audit.list'>;
type Outcome = Entry['outcome'];

const nouns = [
  'api-keys',
  'billing',
  'dns',
  'domains',
  'mailboxes',
  'orders',
  'payments',
  'people',
  'sessions',
  'subscriptions',
  'webhooks',
  'workspaces',
];

export default function Audit() {
  useTitle('Audit');
  const { sdk, may } = useSession();
  const [noun, setNoun] = useState('');
  const [outcome, setOutcome] = useState<Outcome | ''>('');
  const [looking, setLooking] = useState<Entry | null>(null);
  const verify = useWrite('audit.verify', { done: null });
  const filter = { ...(noun && { operation: `${noun}.*` }), ...(outcome && { outcome }) };
  const list = useInfiniteQuery({
    queryKey: ['audit.list', filter],
    queryFn: ({ pageParam, signal }) =>
      sdk.audit.list({ ...filter, limit: 50, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled: may('admin'),
  });
  const download = async () => {
    try {
      await saveFile(await sdk.audit.export(), 'audit.jsonl');
    } catch (error) {
      toast.error(messageOf(error));
    }
  };
  if (!may('admin')) return <Empty title="You may not look at the audit">Ask an admin of the team.</Empty>;
  const entries = list.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Page>
      <PageHeader title="Audit" about="Every write, every look at a password, every refusal">
        <Button onClick={() => void download()}>
          <Download aria-hidden />
          Export
        </Button>
        <Button
          busy={verify.isPending}
          onClick={() =>
            verify.mutate(
              {},
              {
                onSuccess: (answer) =>
                  answer.intact
                    ? toast.success(answer.message)
                    : toast.error(`${answer.message}: ${answer.problem}`, {
                        duration: Number.POSITIVE_INFINITY,
                      }),
              },
            )
          }
        >
          <ShieldCheck aria-hidden />
          Verify the chain
        </Button>
      </PageHeader>
      <div className="flex flex-wrap gap-2">
        <Select
          aria-label="About"
          className="w-auto"
          value={noun}
          onChange={(event) => setNoun(event.target.value)}
        >
          <option value="">About everything</option>
          {nouns.map((one) => (
            <option key={one} value={one}>
              {words(one)}
            </option>
          ))}
        </Select>
        <Select
          aria-label="Outcome"
          className="w-auto"
          value={outcome}
          onChange={(event) => setOutcome(event.target.value as Outcome | '')}
        >
          <option value="">Every outcome</option>
          <option value="done">Done</option>
          <option value="refused">Refused</option>
          <option value="failed">Failed</option>
        </Select>
      </div>
      <Card flush>
        <Loaded reading={list}>
          {() =>
            entries.length === 0 ? (
              noun || outcome ? (
                <NoResult
                  what="entries"
                  onClear={() => {
                    setNoun('');
                    setOutcome('');
                  }}
                />
              ) : (
                <Empty title="Nothing was done yet">
                  Whatever somebody changes is written down here, for good.
                </Empty>
              )
            ) : (
              <PlainTable
                label="Audit entries"
                head={[
                  { name: 'What' },
                  { name: 'Outcome' },
                  { name: 'Who', className: 'hidden md:table-cell' },
                  { name: 'From', className: 'hidden lg:table-cell' },
                  { name: 'When', className: 'text-right' },
                ]}
              >
                {entries.map((entry) => (
                  <tr key={entry.id}>
                    <td className="max-w-48 truncate">
                      <button
                        type="button"
                        className="font-mono text-xs hover:underline"
                        onClick={() => setLooking(entry)}
                      >
                        {entry.operation}
                      </button>
                    </td>
                    <td>
                      <Status status={entry.outcome} reason={entry.code} />
                    </td>
                    <td className="hidden md:table-cell">
                      <Badge>{words(entry.actor.type)}</Badge>
                    </td>
                    <td className="hidden font-mono text-ink-soft text-xs lg:table-cell">
                      {entry.address ?? '–'}
                    </td>
                    <td className="text-right text-ink-soft">
                      <Time at={entry.timestamp} />
                    </td>
                  </tr>
                ))}
              </PlainTable>
            )
          }
        </Loaded>
        {list.hasNextPage && (
          <div className="border-line border-t p-3 text-center">
            <Button size="small" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              Show more
            </Button>
          </div>
        )}
      </Card>
      {looking && <EntryDialog entry={looking} onClose={() => setLooking(null)} />}
    </Page>
  );
}

const EntryDialog = ({ entry, onClose }: { entry: Entry; onClose(): void }) => (
  <Dialog open onClose={onClose} title={entry.operation} wide>
    <div className="grid min-w-0 gap-4">
      <Facts>
        <Fact name="When">{momentOf(entry.timestamp)}</Fact>
        <Fact name="Outcome">
          <Status status={entry.outcome} /> {entry.code && <Badge>{entry.code}</Badge>}
        </Fact>
        <Fact name="Who">
          {words(entry.actor.type)} <code className="font-mono text-xs">{entry.actor.id ?? ''}</code>
        </Fact>
        <Fact name="From">{[entry.address, entry.user_agent].filter(Boolean).join(' · ') || 'Inside'}</Fact>
        <Fact name="Request">
          <code className="font-mono text-xs">{entry.request_id ?? '–'}</code>
        </Fact>
        <Fact name="In the chain">{entry.position}</Fact>
      </Facts>
      {(
        [
          ['Asked for', entry.input],
          ['Changed', entry.changes],
        ] as const
      ).map(([title, value]) => (
        <section key={title} className="grid min-w-0 gap-1">
          <h3 className="font-medium text-xs">{title}</h3>
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
            tabIndex={0}
            className="max-h-52 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs"
          >
            {JSON.stringify(value, null, 2)}
          </pre>
        </section>
      ))}
    </div>
  </Dialog>
);
