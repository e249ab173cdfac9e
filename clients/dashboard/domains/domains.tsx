// Domains of the workspace: found, looked after and taken away, many at once.
import { getRouteApi, Link } from '@tanstack/react-router';
import { Plug, Plus } from 'lucide-react';
import { useState } from 'react';
import type { Input, Row } from '../../sdk/index.ts';
import { useWindow } from '../queries/window.ts';
import { useSession } from '../session/session.ts';
import { Badge, Status } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { count, dayOf, plural } from '../ui/format.tsx';
import { ListPage, useListControls } from '../ui/list-page.tsx';
import { Empty, NoResult } from '../ui/states.tsx';
import { type Column, DataTable, sortOf } from '../ui/table.tsx';
import { useTitle } from '../ui/title.ts';
import { BulkActions } from './bulk-actions.tsx';
import { ConnectDomains } from './connect.tsx';

type Domain = Row<'domains.list'>;
type Sort = Exclude<Input<'domains.list'>['sort'], undefined | `-${string}`>;

const route = getRouteApi('/domains');

const columns: Column<Domain, Sort>[] = [
  {
    id: 'name',
    name: 'Domain',
    sort: 'name',
    cell: ({ uid, name }) => (
      <Link to="/domains/$uid" params={{ uid }} className="font-medium hover:underline">
        {name}
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
    id: 'dns',
    name: 'Nameservers',
    sort: 'nameserver_match_status',
    className: 'hidden w-36 lg:table-cell',
    cell: ({ nameserver_match_status }) => <Status status={nameserver_match_status} />,
  },
  {
    id: 'mailboxes',
    name: 'Mailboxes',
    className: 'hidden w-24 text-right tabular-nums md:table-cell',
    cell: ({ assigned_mailboxes }) => count(assigned_mailboxes),
  },
  {
    id: 'tags',
    name: 'Tags',
    className: 'hidden w-44 xl:table-cell',
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

const rowsOf = ({ domains }: { domains: Domain[] }) => domains;

export default function Domains() {
  useTitle('Domains');
  const { may } = useSession();
  const controls = useListControls(route.useSearch(), route.useNavigate());
  const { q, status, tag } = controls.search;
  const sort = sortOf(columns, controls.search.sort);
  const { uids, chosen, choose, clear, cut, isCut, showAll } = controls;
  const [connecting, setConnecting] = useState(false);
  const list = useWindow(
    'domains.list',
    {
      ...(q && { keyword: q }),
      ...(status && { status: [status] }),
      ...(tag && { tags: [tag] }),
      ...(sort && { sort }),
    },
    rowsOf,
  );

  return (
    <ListPage
      title="Domains"
      about={list.total === null ? '\u00a0' : plural(list.total, 'domain')}
      actions={
        <>
          {may('write') && (
            <Button onClick={() => setConnecting(true)}>
              <Plug aria-hidden />
              Connect
            </Button>
          )}
          {may('purchase') && (
            <Button kind="primary" asChild>
              <Link to="/orders/new">
                <Plus aria-hidden />
                Buy domains
              </Link>
            </Button>
          )}
        </>
      }
      searchLabel="Search domains"
      statuses={list.page?.status_counts ?? {}}
      controls={controls}
      bulk={<BulkActions uids={uids} rows={list.rows} onDone={clear} />}
    >
      <DataTable
        label="Domains"
        list={list}
        sorting={{ sort, onSort: (next) => cut({ sort: next }) }}
        columns={columns}
        nameOf={({ name }) => name}
        {...(may('write') && { selection: { chosen, choose } })}
        empty={
          isCut ? (
            <NoResult what="domains" onClear={showAll} />
          ) : (
            <Empty
              title="No domains yet"
              action={
                may('purchase') && (
                  <Button kind="primary" asChild>
                    <Link to="/orders/new">Buy the first ones</Link>
                  </Button>
                )
              }
            >
              Buy domains here, or connect ones that you have elsewhere: their DNS is set up and watched for
              you.
            </Empty>
          )
        }
      />
      <ConnectDomains open={connecting} onClose={() => setConnecting(false)} />
    </ListPage>
  );
}
