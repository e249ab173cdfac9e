// One delivery: the event, and every attempt with what came back.
import { useRead } from '../queries/operations.ts';
import { Status } from '../ui/badge.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { momentOf } from '../ui/format.tsx';
import { Loaded } from '../ui/states.tsx';

export const Delivery = ({ uid, onClose }: { uid: string; onClose(): void }) => {
  const details = useRead('webhooks.delivery', { uid });
  return (
    <Dialog open onClose={onClose} title={details.data?.delivery.event_type ?? 'Delivery'} wide>
      <Loaded reading={details} rows={4}>
        {(shown) => (
          <div className="grid min-w-0 gap-4">
            <section className="grid gap-1">
              <h3 className="font-medium text-xs">Event</h3>
              <pre className="max-h-52 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs">
                {JSON.stringify(shown.event, null, 2)}
              </pre>
            </section>
            <section className="grid gap-2">
              <h3 className="font-medium text-xs">Attempts</h3>
              {shown.attempts.length === 0 && <p className="text-ink-soft">None yet</p>}
              {shown.attempts.map((attempt) => (
                <div key={attempt.number} className="grid gap-1 rounded-md border border-line p-3">
                  <p className="flex items-center justify-between gap-2">
                    <span>
                      {attempt.number}. {momentOf(attempt.started_at)}{' '}
                      <span className="text-ink-soft text-xs">{attempt.duration_ms} ms</span>
                    </span>
                    <Status
                      status={
                        attempt.response_status !== null && attempt.response_status < 300
                          ? 'delivered'
                          : 'failed'
                      }
                    />
                  </p>
                  <p className="break-words text-ink-soft text-xs">
                    {attempt.response_status === null ? attempt.error : `Answered ${attempt.response_status}`}
                  </p>
                  {attempt.response_body && (
                    <pre className="max-h-32 overflow-auto rounded bg-sunken p-2 font-mono text-xs">
                      {attempt.response_body}
                    </pre>
                  )}
                </div>
              ))}
            </section>
          </div>
        )}
      </Loaded>
    </Dialog>
  );
};
