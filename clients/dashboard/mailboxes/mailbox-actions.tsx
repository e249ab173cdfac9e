// Pausing, bringing back and cancelling one mailbox.
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import type { Row } from '../../sdk/index.ts';
import { useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { dayOf } from '../ui/format.tsx';
import { Menu, MenuItem } from '../ui/menu.tsx';

type Results = { failed: { error: string }[] };

/** The operations take many; for one, a refusal of it is the answer. */
const orThrow = ({ results }: { results: Results }) => {
  const [refused] = results.failed;
  if (refused) throw new Error(refused.error);
};

export const MailboxActions = ({ mailbox }: { mailbox: Row<'mailboxes.list'> }) => {
  const { may } = useSession();
  const [asking, setAsking] = useState<'pause' | 'cancel' | null>(null);
  const pause = useWrite('mailboxes.deactivate', { done: 'Paused', quiet: true });
  const wake = useWrite('mailboxes.reactivate', {
    done: ({ results }) => results.failed[0]?.error ?? 'It is being brought back',
  });
  const cancel = useWrite('mailboxes.cancel', { done: 'Cancelled', quiet: true });
  const keep = useWrite('mailboxes.uncancel', { done: 'It goes on' });
  const uids = [mailbox.uid];
  const { status, email } = mailbox;
  if (!may('write')) return null;
  return (
    <>
      <Menu
        trigger={
          <Button size="icon" kind="quiet" aria-label="More to do">
            <Ellipsis aria-hidden />
          </Button>
        }
      >
        {status === 'active' && <MenuItem onSelect={() => setAsking('pause')}>Pause</MenuItem>}
        {may('purchase') && ['inactive', 'cancelled', 'archived', 'suspended'].includes(status) && (
          <MenuItem onSelect={() => wake.mutate({ uids })}>Bring back</MenuItem>
        )}
        {status === 'scheduled_for_cancellation' ? (
          <MenuItem onSelect={() => keep.mutate({ uids })}>Take the cancellation back</MenuItem>
        ) : (
          <MenuItem danger onSelect={() => setAsking('cancel')}>
            Cancel
          </MenuItem>
        )}
      </Menu>
      <Confirm
        open={asking === 'pause'}
        onClose={() => setAsking(null)}
        title={`Pause ${email}`}
        about="Nobody signs in to it and nothing is sent until it is brought back. Mail for it goes on arriving."
        action="Pause"
        onConfirm={async () => orThrow(await pause.mutateAsync({ uids }))}
      />
      <Confirm
        open={asking === 'cancel'}
        onClose={() => setAsking(null)}
        title={`Cancel ${email}`}
        about={`It works until ${dayOf(mailbox.renewal_date)} and is not renewed. Until then it can be taken back.`}
        action="Cancel the mailbox"
        onConfirm={async () => orThrow(await cancel.mutateAsync({ uids }))}
      />
    </>
  );
};
