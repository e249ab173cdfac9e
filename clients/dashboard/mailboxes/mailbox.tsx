// One mailbox: how it is doing, how to get into it, who it is, and where its mail goes.
import { getRouteApi, Link } from '@tanstack/react-router';
import { useRead } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Badge, Status, words } from '../ui/badge.tsx';
import { Card, Fact, Facts, Page, PageHeader } from '../ui/card.tsx';
import { dayOf, Time } from '../ui/format.tsx';
import { Empty, Failure, Loaded, Loading } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { Credentials } from './credentials.tsx';
import { MailboxActions } from './mailbox-actions.tsx';
import { platformNames } from './platform.ts';
import { ForwardingSettings, NameSettings } from './settings.tsx';
import { WhereUsed } from './where-used.tsx';

const route = getRouteApi('/mailboxes/$uid');

export default function Mailbox() {
  const { uid } = route.useParams();
  const { may } = useSession();
  const details = useRead('mailboxes.details', { uid });
  const mailbox = details.data?.mailbox;
  useTitle(mailbox?.email ?? 'Mailbox');

  if (details.error && !mailbox) {
    return <Failure error={details.error} onRetry={() => void details.refetch()} />;
  }
  if (!mailbox) return <Loading />;
  const ready = mailbox.status === 'active';
  return (
    <Page>
      <PageHeader
        title={mailbox.email}
        about={
          <Link to="/mailboxes" className="hover:underline">
            Mailboxes
          </Link>
        }
      >
        <Status status={mailbox.status} reason={mailbox.status_reason} />
        <MailboxActions mailbox={mailbox} />
      </PageHeader>
      {mailbox.status_reason && (
        <p className="rounded-lg border border-line bg-wait-soft px-3 py-2 text-wait">
          {mailbox.status_reason}
        </p>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="grid min-w-0 gap-4">
          {may('secrets') ? (
            <Credentials uid={uid} ready={ready} />
          ) : (
            <Card title="Sign-in">
              <p className="text-ink-soft">Passwords are shown to those who may see secrets.</p>
            </Card>
          )}
          {may('write') && <NameSettings mailbox={mailbox} />}
          <MailboxLog uid={uid} />
        </div>
        <div className="grid min-w-0 gap-4">
          <Card title="About">
            <Facts>
              <Fact name="Name">
                {mailbox.first_name} {mailbox.last_name}
              </Fact>
              <Fact name="Domain">
                <Link
                  to="/domains/$uid"
                  params={{ uid: mailbox.domain_id }}
                  className="text-accent hover:underline"
                >
                  {mailbox.domain_name}
                </Link>
              </Fact>
              <Fact name="Platform">{platformNames[mailbox.platform]}</Fact>
              <Fact name="In this state">
                <Time at={mailbox.status_since} />
              </Fact>
              <Fact name="Renews">
                {dayOf(mailbox.renewal_date)}
                {mailbox.prepaid_until && `, paid ahead until ${dayOf(mailbox.prepaid_until)}`}
              </Fact>
              {mailbox.mailbox_update_status !== 'na' && (
                <Fact name="Last change">{words(mailbox.mailbox_update_status)}</Fact>
              )}
              {mailbox.aliases.length > 0 && (
                <Fact name="Was before">
                  {mailbox.aliases
                    .map(({ email, ends_at }) => `${email} (until ${dayOf(ends_at)})`)
                    .join(', ')}
                </Fact>
              )}
              {mailbox.tags.length > 0 && (
                <Fact name="Tags">
                  <span className="flex flex-wrap gap-1">
                    {mailbox.tags.map((tag) => (
                      <Badge key={tag}>{tag}</Badge>
                    ))}
                  </span>
                </Fact>
              )}
            </Facts>
          </Card>
          <WhereUsed uid={uid} email={mailbox.email} />
          {may('write') && <ForwardingSettings mailbox={mailbox} />}
        </div>
      </div>
    </Page>
  );
}

/** What happened to it, newest first. */
const MailboxLog = ({ uid }: { uid: string }) => {
  const events = useRead('events.list', { subject_uid: uid, limit: 100 });
  return (
    <Card title="Log" about="What happened to this mailbox" flush>
      <Loaded reading={events} rows={3}>
        {(shown) =>
          shown.events.length === 0 ? (
            <Empty title="Nothing yet" />
          ) : (
            <ol className="max-h-96 divide-y divide-line overflow-y-auto">
              {shown.events.toReversed().map(({ id, type, timestamp, data }) => (
                <li key={id} className="flex justify-between gap-3 px-4 py-2">
                  <span className="min-w-0 truncate">
                    {words(type.split('.').at(-1) ?? type)}
                    {typeof data.status === 'string' && (
                      <span className="text-ink-soft"> · {words(data.status)}</span>
                    )}
                  </span>
                  <span className="shrink-0 text-ink-soft text-xs">
                    <Time at={timestamp} />
                  </span>
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
    </Card>
  );
};
