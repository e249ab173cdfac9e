// Consent requests: mailboxes that sign in to an outside program and agree to what it asks for, and who may ask.
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Row } from '../../sdk/index.ts';
import { useRead } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Status, words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Page, PageHeader } from '../ui/card.tsx';
import { Select } from '../ui/field.tsx';
import { plural, Time } from '../ui/format.tsx';
import { Pager } from '../ui/pager.tsx';
import { Empty, Loaded, NoResult } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { useTitle } from '../ui/title.ts';
import { OauthClients } from './oauth-clients.tsx';
import { ConsentRequestDialog } from './request.tsx';
import { StartConsent } from './start.tsx';

export type ConsentRequest = Row<'consent-requests.list'>;

const statuses = ['queued', 'pending', 'processing', 'completed', 'failed', 'errored', 'cancelled'] as const;

export default function Consent() {
  useTitle('Consent requests');
  const { may } = useSession();
  const [starting, setStarting] = useState(false);
  return (
    <Page>
      <PageHeader
        title="Consent requests"
        about="Mailboxes that agree to outside programs, in a real browser"
      >
        {may('secrets') && (
          <Button kind="primary" onClick={() => setStarting(true)}>
            <Plus aria-hidden />
            New request
          </Button>
        )}
      </PageHeader>
      <Tabs
        label="Parts"
        tabs={[
          { id: 'requests', name: 'Requests', content: <Requests onStart={() => setStarting(true)} /> },
          { id: 'clients', name: 'Programs that may ask', content: <OauthClients /> },
        ]}
      />
      <StartConsent open={starting} onClose={() => setStarting(false)} />
    </Page>
  );
}

const Requests = ({ onStart }: { onStart(): void }) => {
  const { may } = useSession();
  const [page, setPage] = useState(1);
  const [status, setStatus] = useState('');
  const [shown, show] = useState<string | null>(null);
  const list = useRead(
    'consent-requests.list',
    { page, limit: 50, ...(status && { status: [status] }) },
    { keep: true },
  );
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Select
          aria-label="Status"
          className="w-auto max-w-52"
          value={status}
          onChange={(event) => {
            setStatus(event.target.value);
            setPage(1);
          }}
        >
          <option value="">Every status</option>
          {statuses.map((name) => (
            <option key={name} value={name}>
              {words(name)}
            </option>
          ))}
        </Select>
        <span className="text-ink-soft text-xs">{list.data && plural(list.data.total, 'request')}</span>
      </div>
      <Card flush>
        <Loaded reading={list} rows={4}>
          {(shown) =>
            shown.total === 0 && status ? (
              <NoResult what="requests" onClear={() => setStatus('')} />
            ) : shown.total === 0 ? (
              <Empty
                title="Nothing was asked for yet"
                action={
                  may('secrets') && (
                    <Button kind="primary" onClick={onStart}>
                      Start the first one
                    </Button>
                  )
                }
              >
                Give the consent address of a program and a mailbox: it signs in with password and code,
                agrees, and you see every page it saw.
              </Empty>
            ) : (
              <PlainTable
                label="Consent requests"
                head={[
                  { name: 'Mailbox' },
                  { name: 'Status' },
                  { name: 'Program', className: 'hidden md:table-cell' },
                  { name: 'Started', className: 'hidden sm:table-cell' },
                ]}
              >
                {shown.data.map((request) => (
                  <tr key={request.uid}>
                    <td className="max-w-60 truncate">
                      <button
                        type="button"
                        onClick={() => show(request.uid)}
                        className="max-w-full truncate font-medium hover:underline"
                      >
                        {request.mailbox.email}
                      </button>
                    </td>
                    <td>
                      <Status status={request.status} reason={request.status_reason} />
                    </td>
                    <td className="hidden max-w-48 truncate font-mono text-ink-soft text-xs md:table-cell">
                      {request.client_id}
                    </td>
                    <td className="hidden text-ink-soft sm:table-cell">
                      <Time at={request.created_at} />
                    </td>
                  </tr>
                ))}
              </PlainTable>
            )
          }
        </Loaded>
      </Card>
      <Pager page={page} pages={list.data?.pages ?? 1} onPage={setPage} />
      {shown && <ConsentRequestDialog uid={shown} onClose={() => show(null)} />}
    </div>
  );
};
