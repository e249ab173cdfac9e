// Moves consent requests along their statuses, each time with the event about it.
import type { Tx } from '../../../database/database.ts';
import type { ConsentReason } from '../../../providers/contracts/consent-flow.ts';
import { recordEvents } from '../events/index.ts';
import { type ConsentRequest, type ConsentStatus, isOver, statusTexts } from './consent-request.ts';
import { consentStatusChanged } from './events.ts';
import { requestMove, requestsInsert } from './store.ts';

export const begin = async (tx: Tx, requests: ConsentRequest[]): Promise<void> => {
  if (requests.length === 0) return;
  await requestsInsert(tx, requests);
  await recordEvents(
    tx,
    requests.map((request) => consentStatusChanged(request, null, request.createdAt)),
  );
};

/** `dueAt` is when a worker takes it up again; without it the worker that has it goes on, or it is over. */
export const move = async (
  tx: Tx,
  request: ConsentRequest,
  to: {
    status: ConsentStatus;
    text?: string;
    reason?: { code: ConsentReason; text: string } | null;
    attempts?: number;
    dueAt?: Date;
  },
  now: Date,
): Promise<ConsentRequest> => {
  const over = isOver(to.status);
  const goesOn = !over && to.dueAt === undefined;
  const moved = await requestMove(
    tx,
    request.uid,
    {
      status: to.status,
      statusText: to.text ?? statusTexts[to.status],
      statusReason: to.reason?.text ?? null,
      reasonCode: to.reason?.code ?? null,
      attempts: to.attempts ?? request.attempts,
      // While it is worked it stays due: when the lease ends without a word, another worker takes it up.
      dueAt: over ? null : (to.dueAt ?? now),
      keepsLease: goesOn,
      completedAt: over ? now : null,
    },
    now,
  );
  await recordEvents(tx, [consentStatusChanged(moved, request.status, now)]);
  return moved;
};
