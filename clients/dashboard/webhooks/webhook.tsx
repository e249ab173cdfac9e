// One endpoint: every delivery to it, what was sent and answered, and the way to send it again.
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { RotateCcw, Send, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useRead, useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Badge, Status } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Page, PageHeader } from '../ui/card.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Select } from '../ui/field.tsx';
import { Time } from '../ui/format.tsx';
import { Pager } from '../ui/pager.tsx';
import { ShownOnce } from '../ui/shown-once.tsx';
import { Empty, Failure, Loaded, Loading, NoResult } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';
import { useTitle } from '../ui/title.ts';
import { Delivery } from './delivery.tsx';

const route = getRouteApi('/webhooks/$uid');

export default function Webhook() {
  const { uid } = route.useParams();
  const { may } = useSession();
  const navigate = useNavigate();
  const [page, setPage] = useState(1);
  const [status, setStatus] = useState<'pending' | 'delivered' | 'failed' | ''>('');
  const [looking, setLooking] = useState<string | null>(null);
  const [asking, setAsking] = useState<'delete' | 'secret' | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const details = useRead('webhooks.details', { uid });
  // Deliveries change without an event: nobody is told of being told.
  const list = useRead(
    'webhooks.deliveries',
    { uid, page, limit: 25, ...(status && { status }) },
    { keep: true, refetchInterval: 5_000 },
  );
  const test = useWrite('webhooks.test', { done: 'A test is on its way' });
  const update = useWrite('webhooks.update', { done: 'Saved' });
  const replay = useWrite('webhooks.replay', {
    done: ({ queued }) => `${queued === 1 ? 'It is' : `${queued} are`} sent again`,
  });
  const remove = useWrite('webhooks.delete', { done: 'The endpoint is gone', quiet: true });
  const rotate = useWrite('webhooks.rotate-secret', { done: null, quiet: true });
  useTitle('Webhook');

  if (details.error && !details.data) {
    return <Failure error={details.error} onRetry={() => void details.refetch()} />;
  }
  if (!details.data) return <Loading />;
  const { webhook } = details.data;
  return (
    <Page>
      <PageHeader
        title={webhook.url}
        about={
          <Link to="/webhooks" className="hover:underline">
            Webhooks
          </Link>
        }
      >
        <Status status={!webhook.enabled ? 'disabled' : webhook.failing_since ? 'failed' : 'enabled'} />
        {may('write') && (
          <>
            {webhook.enabled ? (
              <Button busy={test.isPending} onClick={() => test.mutate({ uid })}>
                <Send aria-hidden />
                Send a test
              </Button>
            ) : (
              <Button
                kind="primary"
                busy={update.isPending}
                onClick={() => update.mutate({ uid, enabled: true })}
              >
                Enable
              </Button>
            )}
            <Button onClick={() => setAsking('secret')}>New secret</Button>
            <Button
              kind="quiet"
              size="icon"
              aria-label="Delete the endpoint"
              onClick={() => setAsking('delete')}
            >
              <Trash2 aria-hidden />
            </Button>
          </>
        )}
      </PageHeader>
      {webhook.disabled_reason && (
        <p className="rounded-lg border border-line bg-bad-soft px-3 py-2 text-bad">
          {webhook.disabled_reason}
        </p>
      )}
      <p className="flex flex-wrap gap-1">
        {webhook.event_types.length === 0 ? (
          <Badge>every event</Badge>
        ) : (
          webhook.event_types.map((type) => <Badge key={type}>{type}</Badge>)
        )}
        <Badge>{webhook.workspace_uid ? 'one workspace' : 'the whole team'}</Badge>
      </p>
      <Card
        title="Deliveries"
        about="Kept for 30 days"
        action={
          <Select
            aria-label="Which deliveries"
            className="h-7 w-auto text-xs"
            value={status}
            onChange={(event) => {
              setStatus(event.target.value as typeof status);
              setPage(1);
            }}
          >
            <option value="">All</option>
            <option value="pending">Pending</option>
            <option value="delivered">Delivered</option>
            <option value="failed">Failed</option>
          </Select>
        }
        flush
      >
        <Loaded reading={list}>
          {(shown) =>
            shown.total === 0 ? (
              status ? (
                <NoResult what="deliveries" onClear={() => setStatus('')} />
              ) : (
                <Empty title="Nothing was sent yet">Send a test to see whether the endpoint answers.</Empty>
              )
            ) : (
              <PlainTable
                label="Deliveries"
                head={[
                  { name: 'Event' },
                  { name: 'Status' },
                  { name: 'Answer', className: 'hidden sm:table-cell' },
                  { name: 'When', className: 'hidden text-right sm:table-cell' },
                  { name: 'Again', className: 'text-right' },
                ]}
              >
                {shown.deliveries.map((delivery) => (
                  <tr key={delivery.uid}>
                    <td className="max-w-60 truncate">
                      <button
                        type="button"
                        className="font-mono text-xs hover:underline"
                        onClick={() => setLooking(delivery.uid)}
                      >
                        {delivery.event_type}
                      </button>
                    </td>
                    <td>
                      <Status status={delivery.status} reason={delivery.last_error} />
                    </td>
                    <td className="hidden text-ink-soft text-xs sm:table-cell">
                      {delivery.last_status ?? delivery.last_error ?? '–'}
                      {delivery.attempts > 1 && ` · ${delivery.attempts} attempts`}
                    </td>
                    <td className="hidden text-right text-ink-soft sm:table-cell">
                      <Time at={delivery.created_at} />
                    </td>
                    <td className="text-right">
                      {may('write') && (
                        <Button
                          size="small"
                          kind="quiet"
                          aria-label={`Send ${delivery.event_type} again`}
                          disabled={delivery.status === 'pending'}
                          onClick={() => replay.mutate({ uid, delivery_uid: delivery.uid })}
                        >
                          <RotateCcw aria-hidden />
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </PlainTable>
            )
          }
        </Loaded>
      </Card>
      {list.data && <Pager page={page} pages={list.data.pages} onPage={setPage} />}
      {looking && <Delivery uid={looking} onClose={() => setLooking(null)} />}
      <Confirm
        open={asking === 'delete'}
        onClose={() => setAsking(null)}
        title="Delete the endpoint"
        about="Nothing is sent to it any more, and what was sent cannot be looked at any more. Events themselves stay."
        name={new URL(webhook.url).host}
        action="Delete"
        onConfirm={async () => {
          await remove.mutateAsync({ uid });
          await navigate({ to: '/webhooks' });
        }}
      />
      <Confirm
        open={asking === 'secret'}
        onClose={() => setAsking(null)}
        title="Make a new secret"
        about="For 24 hours deliveries are signed with the old one as well, so that nothing is missed while you change it."
        action="Make a new secret"
        onConfirm={async () => setSecret((await rotate.mutateAsync({ uid })).secret)}
      />
      <ShownOnce
        value={secret}
        label="signing secret"
        title="The new secret"
        onClose={() => setSecret(null)}
      />
    </Page>
  );
}
