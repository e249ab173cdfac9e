// Mailboxes of the workspace: found, paused and brought back, many at once.
import { getRouteApi, Link } from '@tanstack/react-router';
import { Download, Plus } from 'lucide-react';
import { toast } from 'sonner';
import type { Input, Row } from '../../sdk/index.ts';
import { useWindow } from '../queries/window.ts';
import { useSession } from '../session/session.ts';
import { Badge, Status } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { dayOf, plural } from '../ui/format.tsx';
import { ListPage, useListControls } from '../ui/list-page.tsx';
import { saveFile } from '../ui/save-file.ts';
import { Empty, messageOf, NoResult } from '../ui/states.tsx';
import { type Column, DataTable, sortOf } from '../ui/table.tsx';
import { useTitle } from '../ui/title.ts';
import { BulkActions } from './bulk-actions.tsx';
import { platformNames } from './platform.ts';

type Mailbox = Row<'mailboxes.list'>;
type Sort = Exclude<Input<'mailboxes.list'>['sort'], undefined | `-${string}`>;

const route = getRouteApi('/mailboxes');

const columns: Column<Mailbox, Sort>[] = [
  {
    id: 'email',
    name: 'Address',
    sort: 'email',
    cell: ({ uid, email }) => (
      <Link to="/mailboxes/$uid" params={{ uid }} className="font-medium hover:underline">
        {email}
      </Link>
    ),
  },
  {
    id: 'status',
    name: 'Status',
    sort: 'status',
    className: 'w-36 sm:w-48',
    cell: ({ status, status_reason }) => <Status status={status} reason={status_reason} />,
  },
  {
    id: 'name',
    name: 'Name',
    sort: 'first_name',
    className: 'hidden w-40 lg:table-cell',
    cell: ({ first_name, last_name }) => `${first_name} ${last_name}`,
  },
  {
    id: 'platform',
    name: 'Platform',
    sort: 'platform',
    className: 'hidden w-28 md:table-cell',
    cell: ({ platform }) => platformNames[platform],
  },
  {
    id: 'tags',
    name: 'Tags',
    className: 'hidden w-40 xl:table-cell',
    cell: ({ tags }) => (
      <span className="flex gap-1">
        {tags.slice(0, 3).map((tag) => (
          <Badge key={tag}>{tag}</Badge>
        ))}
      </span>
    ),
  },
  {
    id: 'renewal',
    name: 'Renews',
    sort: 'renewal_date',
    className: 'hidden w-32 md:table-cell',
    cell: ({ renewal_date }) => dayOf(renewal_date),
  },
];

const rowsOf = ({ mailboxes }: { mailboxes: Mailbox[] }) => mailboxes;

export default function Mailboxes() {
  useTitle('Mailboxes');
  const { may, sdk } = useSession();
  const controls = useListControls(route.useSearch(), route.useNavigate());
  const { q, status, tag } = controls.search;
  const sort = sortOf(columns, controls.search.sort);
  const { uids, chosen, choose, clear, cut, isCut, showAll } = controls;
  const list = useWindow(
    'mailboxes.list',
    {
      ...(q && { keyword: q }),
      ...(status && { status }),
      ...(tag && { tags: [tag] }),
      ...(sort && { sort }),
    },
    rowsOf,
  );
  const download = async () => {
    try {
      await saveFile(await sdk.mailboxFiles.export(), 'mailboxes.csv');
    } catch (error) {
      toast.error(messageOf(error));
    }
  };

  return (
    <ListPage
      title="Mailboxes"
      about={list.total === null ? '\u00a0' : plural(list.total, 'mailbox', 'mailboxes')}
      actions={
        <>
          <Button onClick={() => void download()}>
            <Download aria-hidden />
            CSV
          </Button>
          {may('purchase') && (
            <Button kind="primary" asChild>
              <Link to="/orders/new">
                <Plus aria-hidden />
                Buy mailboxes
              </Link>
            </Button>
          )}
        </>
      }
      searchLabel="Search addresses and names"
      statuses={list.page?.status_counts ?? {}}
      controls={controls}
      bulk={<BulkActions uids={uids} rows={list.rows} onDone={clear} />}
    >
      <DataTable
        label="Mailboxes"
        list={list}
        sorting={{ sort, onSort: (next) => cut({ sort: next }) }}
        columns={columns}
        nameOf={({ email }) => email}
        {...(may('write') && { selection: { chosen, choose } })}
        empty={
          isCut ? (
            <NoResult what="mailboxes" onClear={showAll} />
          ) : (
            <Empty
              title="No mailboxes yet"
              action={
                may('purchase') && (
                  <Button kind="primary" asChild>
                    <Link to="/orders/new">Order some</Link>
                  </Button>
                )
              }
            >
              An order makes the domain, its DNS and the mailboxes, and proves that mail is sent and arrives.
            </Empty>
          )
        }
      />
    </ListPage>
  );
}
