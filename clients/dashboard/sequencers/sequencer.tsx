// One account at a sequencer: every mailbox handed over and how it stands there, and what each comparison found.
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Row } from '../../sdk/index.ts';
import { useRead, useWrite } from '../queries/operations.ts';
import { useWindow } from '../queries/window.ts';
import { useSession } from '../session/session.ts';
import { Status, words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Fact, Facts, Page, PageHeader } from '../ui/card.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Checkbox, Select } from '../ui/field.tsx';
import { count, plural, Time } from '../ui/format.tsx';
import { saveFile } from '../ui/save-file.ts';
import { Empty, Failure, Loaded, Loading, NoResult } from '../ui/states.tsx';
import { type Column, DataTable, PlainTable } from '../ui/table.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { useTitle } from '../ui/title.ts';

type Sequencer = Row<'sequencers.list'>;
type Export = Row<'sequencers.export-status'>;

const route = getRouteApi('/sequencers/$uid');

export default function SequencerPage() {
  const { uid } = route.useParams();
  const navigate = route.useNavigate();
  const { may, sdk } = useSession();
  const [removing, setRemoving] = useState(false);
  const [there, setThere] = useState(false);
  // An account is one row of the list: teams have a handful, and the list is the one operation that shows them.
  const list = useRead('sequencers.list', { limit: 500 });
  const retry = useWrite('sequencers.retry', {
    done: ({ restarted }) => `${plural(restarted.length, 'export')} begun again`,
  });
  const remove = useWrite('sequencers.delete', { done: 'The account is being removed', quiet: true });
  const sequencer = list.data?.data.find((one) => one.uid === uid);
  useTitle(sequencer?.name ?? 'Sequencer');
  if (list.error && !list.data) {
    return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  }
  if (!list.data) return <Loading />;
  if (!sequencer) {
    return (
      <Empty
        title="There is no such sequencer in this workspace"
        action={
          <Button asChild>
            <Link to="/sequencers">All sequencers</Link>
          </Button>
        }
      />
    );
  }
  return (
    <Page>
      <PageHeader
        title={sequencer.name}
        about={
          <Link to="/sequencers" className="hover:underline">
            Sequencers
          </Link>
        }
      >
        <Status status={sequencer.status} reason={sequencer.status_reason} />
        {sequencer.platform === 'csv' && may('secrets') && (
          <Button
            onClick={() =>
              void sdk.sequencers.file({ uid }).then((file) => saveFile(file, `${sequencer.name}.csv`))
            }
          >
            Download the file
          </Button>
        )}
        {may('write') && (sequencer.exports.failed ?? 0) > 0 && (
          <Button busy={retry.isPending} onClick={() => retry.mutate({ sequencer_uid: uid })}>
            Try the failed again
          </Button>
        )}
        {may('write') && (
          <Button kind="danger" onClick={() => setRemoving(true)}>
            Remove
          </Button>
        )}
      </PageHeader>
      {sequencer.status_reason && (
        <p className="rounded-lg border border-line bg-bad-soft px-3 py-2 text-bad">
          {sequencer.status_reason}
        </p>
      )}
      <Tabs
        label="Parts"
        tabs={[
          { id: 'mailboxes', name: 'Mailboxes', content: <Exports sequencer={sequencer} /> },
          { id: 'comparisons', name: 'Comparisons', content: <Comparisons uid={uid} /> },
          { id: 'about', name: 'About', content: <About sequencer={sequencer} /> },
        ]}
      />
      <Confirm
        open={removing}
        onClose={() => setRemoving(false)}
        title={`Remove ${sequencer.name}`}
        about={`${plural(sequencer.exports.completed ?? 0, 'mailbox is', 'mailboxes are')} connected there. They are no longer looked after, and not told new passwords.`}
        name={sequencer.name}
        action="Remove"
        onConfirm={async () => {
          await remove.mutateAsync({ uids: [uid], remove_mailboxes: there });
          await navigate({ to: '/sequencers' });
        }}
      >
        <label className="flex items-center gap-2">
          <Checkbox checked={there} onChange={(event) => setThere(event.target.checked)} />
          Also remove the mailboxes at the sequencer
        </label>
      </Confirm>
    </Page>
  );
}

const columns: Column<Export>[] = [
  {
    id: 'mailbox',
    name: 'Mailbox',
    cell: ({ mailbox_uid, mailbox_email }) => (
      <Link to="/mailboxes/$uid" params={{ uid: mailbox_uid }} className="font-medium hover:underline">
        {mailbox_email}
      </Link>
    ),
  },
  {
    id: 'status',
    name: 'Status',
    className: 'w-32 sm:w-36',
    cell: ({ status, error_message }) => <Status status={status} reason={error_message} />,
  },
  {
    id: 'why',
    name: 'Why',
    className: 'hidden md:table-cell',
    cell: ({ status, stage, code, target_words, error_message }) => (
      <span className="text-ink-soft" title={target_words ?? error_message ?? undefined}>
        {code ? words(code) : status === 'completed' ? '' : words(stage)}
        {target_words && `: “${target_words}”`}
      </span>
    ),
  },
  {
    id: 'seen',
    name: 'Last seen connected',
    className: 'hidden w-40 text-ink-soft sm:table-cell',
    cell: ({ last_seen_at }) => <Time at={last_seen_at} />,
  },
];

const rowsOf = ({ data }: { data: Export[] }) => data;

const Exports = ({ sequencer }: { sequencer: Sequencer }) => {
  const [status, setStatus] = useState('');
  const list = useWindow(
    'sequencers.export-status',
    { sequencer_uid: sequencer.uid, ...(status && { status: [status as Export['status']] }) },
    rowsOf,
  );
  return (
    <div className="grid gap-3">
      <Select
        aria-label="Status"
        className="w-auto max-w-52 justify-self-start"
        value={status}
        onChange={(event) => setStatus(event.target.value)}
      >
        <option value="">Every status</option>
        {Object.entries(sequencer.exports)
          .filter(([name, number]) => number > 0 || name === status)
          .map(([name, number]) => (
            <option key={name} value={name}>
              {words(name)} ({count(number)})
            </option>
          ))}
      </Select>
      <div className="h-[60dvh] min-h-64 overflow-hidden rounded-lg border border-line bg-surface">
        <DataTable
          label="Mailboxes of the sequencer"
          list={list}
          columns={columns}
          nameOf={({ mailbox_email }) => mailbox_email}
          empty={
            status ? (
              <NoResult what="mailboxes" onClear={() => setStatus('')} />
            ) : (
              <Empty
                title="No mailbox was handed over yet"
                action={
                  <Button asChild>
                    <Link to="/mailboxes">Go to the mailboxes</Link>
                  </Button>
                }
              >
                Choose some in the list of mailboxes, then Export.
              </Empty>
            )
          }
        />
      </div>
    </div>
  );
};

const Comparisons = ({ uid }: { uid: string }) => {
  const history = useRead('sequencers.history', { uid, limit: 100 });
  return (
    <Card flush about="What the sequencer has is compared with what it was to have, again and again.">
      <Loaded reading={history} rows={3}>
        {(shown) =>
          shown.total === 0 ? (
            <Empty title="Not compared yet">The first comparison comes within the hour.</Empty>
          ) : (
            <PlainTable
              label="Comparisons"
              head={[
                { name: 'When' },
                { name: 'Connected', className: 'text-right' },
                { name: 'Dropped out', className: 'text-right' },
                { name: 'Missing', className: 'text-right' },
                { name: 'Begun again', className: 'hidden text-right sm:table-cell' },
              ]}
            >
              {shown.data.map((check) => (
                <tr key={check.uid}>
                  <td title={check.error ?? undefined} className={check.error ? 'text-bad' : undefined}>
                    <Time at={check.ended_at} />
                    {check.error && ` · ${check.error}`}
                  </td>
                  <td className="text-right tabular-nums">
                    {count(check.connected)} of {count(check.expected)}
                  </td>
                  <td className="text-right tabular-nums">{count(check.disconnected)}</td>
                  <td className="text-right tabular-nums">{count(check.missing)}</td>
                  <td className="hidden text-right tabular-nums sm:table-cell">{count(check.repairs)}</td>
                </tr>
              ))}
            </PlainTable>
          )
        }
      </Loaded>
    </Card>
  );
};

const About = ({ sequencer }: { sequencer: Sequencer }) => (
  <Card>
    <Facts>
      <Fact name="Platform">{sequencer.platform}</Fact>
      {sequencer.sequencer_email && <Fact name="Account">{sequencer.sequencer_email}</Fact>}
      <Fact name="Credential">{sequencer.hint}</Fact>
      {sequencer.layout && <Fact name="Form of the file">{sequencer.layout}</Fact>}
      <Fact name="Messages a day">{sequencer.daily_limit ?? 'Its own limit'}</Fact>
      <Fact name="Warm-up there">{sequencer.enable_warmup ? 'On' : 'Off'}</Fact>
      <Fact name="Drops out">
        {sequencer.auto_reconnect_mailboxes ? 'Is connected again by itself' : 'Is only told'}
      </Fact>
      <Fact name="Compared">
        <Time at={sequencer.last_checked_at} />, next <Time at={sequencer.next_check_at} />
      </Fact>
    </Facts>
  </Card>
);
