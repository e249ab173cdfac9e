// Endpoints that are told what changes.
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useRead } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Badge, Status } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Page, PageHeader } from '../ui/card.tsx';
import { plural } from '../ui/format.tsx';
import { Empty, Loaded } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { NewEndpoint } from './new-endpoint.tsx';

export default function Webhooks() {
  useTitle('Webhooks');
  const { may } = useSession();
  const [adding, setAdding] = useState(false);
  const list = useRead('webhooks.list', { limit: 100 });
  return (
    <Page>
      <PageHeader title="Webhooks" about={list.data ? plural(list.data.total, 'endpoint') : '\u00a0'}>
        {may('write') && (
          <Button kind="primary" onClick={() => setAdding(true)}>
            <Plus aria-hidden />
            New endpoint
          </Button>
        )}
      </PageHeader>
      <Card flush>
        <Loaded reading={list} rows={4}>
          {(shown) =>
            shown.total === 0 ? (
              <Empty
                title="Nobody is told yet"
                action={
                  may('write') && (
                    <Button kind="primary" onClick={() => setAdding(true)}>
                      Add an endpoint
                    </Button>
                  )
                }
              >
                An endpoint of yours is called when a domain, a mailbox or the wallet changes: signed, in
                order, and again until it answers.
              </Empty>
            ) : (
              <ul className="divide-y divide-line">
                {shown.webhooks.map((webhook) => (
                  <li key={webhook.uid} className="flex items-center gap-3 px-4 py-3">
                    <div className="min-w-0 flex-1">
                      <Link
                        to="/webhooks/$uid"
                        params={{ uid: webhook.uid }}
                        className="block truncate font-medium hover:underline"
                      >
                        {webhook.url}
                      </Link>
                      <p className="flex flex-wrap gap-1 pt-1">
                        {webhook.event_types.length === 0 ? (
                          <Badge>every event</Badge>
                        ) : (
                          webhook.event_types.map((type) => <Badge key={type}>{type}</Badge>)
                        )}
                      </p>
                    </div>
                    <Status
                      status={!webhook.enabled ? 'disabled' : webhook.failing_since ? 'failed' : 'enabled'}
                      reason={webhook.disabled_reason}
                    />
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </Card>
      <NewEndpoint open={adding} onClose={() => setAdding(false)} />
    </Page>
  );
}
