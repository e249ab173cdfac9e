// One consent request: how it stands and why, and every page that was seen on the way.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useRead, useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Status, words } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Fact, Facts } from '../ui/card.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { momentOf, plural } from '../ui/format.tsx';
import { Loaded, Loading } from '../ui/states.tsx';

export const ConsentRequestDialog = ({ uid, onClose }: { uid: string; onClose(): void }) => {
  const { may } = useSession();
  const read = useRead('consent-requests.status', { uid });
  const cancel = useWrite('consent-requests.cancel', { done: 'Cancelled' });
  const retry = useWrite('consent-requests.retry', { done: 'It is in the queue again' });
  const request = read.data?.data;
  const waits = request && ['queued', 'pending'].includes(request.status);
  const ended = request && ['failed', 'errored', 'cancelled'].includes(request.status);
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={request?.mailbox.email ?? 'Consent request'}
      footer={
        <>
          {waits && may('write') && (
            <Button busy={cancel.isPending} onClick={() => cancel.mutate({ uid })}>
              Cancel it
            </Button>
          )}
          {ended && may('secrets') && (
            <Button kind="primary" busy={retry.isPending} onClick={() => retry.mutate({ uid })}>
              Try again
            </Button>
          )}
        </>
      }
    >
      <Loaded reading={read} rows={3}>
        {({ data: shown }) => (
          <div className="grid min-w-0 gap-4">
            <Facts>
              <Fact name="Status">
                <Status status={shown.status} /> <span className="text-ink-soft">{shown.status_text}</span>
              </Fact>
              {shown.status_reason && <Fact name="Why">{shown.status_reason}</Fact>}
              <Fact name="Mailbox">
                <Link
                  to="/mailboxes/$uid"
                  params={{ uid: shown.mailbox.uid }}
                  className="text-accent hover:underline"
                >
                  {shown.mailbox.email}
                </Link>
              </Fact>
              <Fact name="Program">
                <span className="break-all font-mono text-xs">{shown.client_id}</span>
              </Fact>
              <Fact name="Began">
                {momentOf(shown.created_at)}, {plural(shown.attempts, 'attempt')}
              </Fact>
            </Facts>
            <Evidence uid={uid} />
          </div>
        )}
      </Loaded>
    </Dialog>
  );
};

const Evidence = ({ uid }: { uid: string }) => {
  const evidence = useRead('consent-requests.evidence', { uid });
  return (
    <Loaded reading={evidence} rows={3}>
      {({ data: pages }) =>
        pages.length === 0 ? (
          <p className="text-ink-soft">No page was seen yet, or what was seen is over its time.</p>
        ) : (
          <ol className="grid gap-3">
            {pages.map((seen) => (
              <li key={seen.uid} className="grid gap-2 rounded-md border border-line p-3">
                <p className="flex flex-wrap items-baseline gap-x-2">
                  <span className="font-medium">{words(seen.step)}</span>
                  <span className="min-w-0 flex-1 truncate text-ink-soft text-xs">
                    {seen.title || seen.url}
                  </span>
                  <time dateTime={seen.seen_at} className="text-ink-soft text-xs">
                    {momentOf(seen.seen_at)}
                  </time>
                </p>
                <p className="break-all font-mono text-2xs text-ink-soft">{seen.url}</p>
                {seen.screenshot && <Screenshot uid={seen.uid} title={words(seen.step)} />}
              </li>
            ))}
          </ol>
        )
      }
    </Loaded>
  );
};

/** Fetched with what the viewer came in with: an image by its address would come with neither key nor workspace. */
const Screenshot = ({ uid, title }: { uid: string; title: string }) => {
  const { sdk } = useSession();
  const picture = useQuery({
    queryKey: ['consent-requests.screenshot', uid],
    queryFn: async ({ signal }) => (await sdk.consentRequests.screenshot({ uid }, { signal })).blob(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [address, setAddress] = useState<string>();
  const { data } = picture;
  useEffect(() => {
    if (!data) return;
    const url = URL.createObjectURL(data);
    setAddress(url);
    return () => URL.revokeObjectURL(url);
  }, [data]);
  if (picture.error) return <p className="text-ink-soft text-xs">The picture is over its time.</p>;
  return address ? (
    <img src={address} alt={`The page: ${title}`} className="w-full rounded border border-line" />
  ) : (
    <Loading rows={1} />
  );
};
