// One domain: what the world sees of its DNS, how it is forwarded, what its records were before.
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useRead, useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Badge, Status } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Fact, Facts, Page, PageHeader } from '../ui/card.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { dayOf, plural, Time } from '../ui/format.tsx';
import { Failure, Loading } from '../ui/states.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { useTitle } from '../ui/title.ts';
import { DnsHistory } from './dns-history.tsx';
import { DnsTruth } from './dns-truth.tsx';
import { DomainMailboxes } from './domain-mailboxes.tsx';
import { DomainSettings } from './domain-settings.tsx';

const route = getRouteApi('/domains/$uid');

export default function Domain() {
  const { uid } = route.useParams();
  const { may } = useSession();
  const navigate = useNavigate();
  const details = useRead('domains.details', { uid });
  const remove = useWrite('domains.remove', { done: 'The domain is being removed', quiet: true });
  const [removing, setRemoving] = useState(false);
  const domain = details.data?.domain;
  useTitle(domain?.name ?? 'Domain');

  if (details.error && !domain)
    return <Failure error={details.error} onRetry={() => void details.refetch()} />;
  if (!domain) return <Loading />;
  return (
    <Page>
      <PageHeader
        title={domain.name}
        about={
          <Link to="/domains" className="hover:underline">
            Domains
          </Link>
        }
      >
        <Status status={domain.status} reason={domain.status_reason} />
        {may('write') && (
          <Button kind="quiet" size="icon" aria-label="Remove the domain" onClick={() => setRemoving(true)}>
            <Trash2 aria-hidden />
          </Button>
        )}
      </PageHeader>
      {domain.status_reason && (
        <p className="rounded-lg border border-line bg-wait-soft px-3 py-2 text-wait">
          {domain.status_reason}
        </p>
      )}
      <Card>
        <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-4">
          <Summary name="Came here as">
            {domain.connection_type === 'purchased' ? 'Bought here' : 'Connected'}
          </Summary>
          <Summary name="In this state">
            <Time at={domain.status_since} />
          </Summary>
          <Summary name="Renews">{dayOf(domain.renewal_date)}</Summary>
          <Summary name="Mailboxes">{plural(domain.assigned_mailboxes, 'mailbox', 'mailboxes')}</Summary>
        </dl>
      </Card>
      <Tabs
        label="Parts of the domain"
        tabs={[
          { id: 'dns', name: 'DNS', content: <DnsTruth uid={uid} name={domain.name} /> },
          { id: 'mailboxes', name: 'Mailboxes', content: <DomainMailboxes uid={uid} name={domain.name} /> },
          {
            id: 'settings',
            name: 'Forwarding and DMARC',
            content: may('write') ? (
              <DomainSettings domain={domain} />
            ) : (
              <Card title="Forwarding and DMARC">
                <Facts>
                  <Fact name="Web">{domain.forwarding_url ?? 'Goes nowhere'}</Fact>
                  <Fact name="Unknown addresses">{domain.catch_all_email ?? 'Refused'}</Fact>
                  <Fact name="DMARC">{domain.dmarc_policy}</Fact>
                </Facts>
              </Card>
            ),
          },
          { id: 'history', name: 'History', content: <DnsHistory uid={uid} name={domain.name} /> },
        ]}
      />
      {domain.tags.length > 0 && (
        <p className="flex gap-1">
          {domain.tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </p>
      )}
      <Confirm
        open={removing}
        onClose={() => setRemoving(false)}
        title={`Remove ${domain.name}`}
        about={`Its DNS stops being answered${domain.assigned_mailboxes > 0 ? `, and its ${plural(domain.assigned_mailboxes, 'mailbox', 'mailboxes')} and all mail in them are removed` : ''}. Nothing is paid back, and this cannot be taken back.`}
        name={domain.name}
        action="Remove"
        onConfirm={async () => {
          await remove.mutateAsync({ uids: [uid], confirm_mailboxes: true });
          await navigate({ to: '/domains' });
        }}
      />
    </Page>
  );
}

const Summary = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div className="min-w-0">
    <dt className="text-ink-soft text-xs">{name}</dt>
    <dd className="truncate font-medium">{children}</dd>
  </div>
);
