// Proves what a workspace learns of mail that came back, and that it does not write again to addresses that do not exist.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import { newId } from '../../../database/uuid.ts';
import { type QueueFixture, startQueueFixture } from '../testing/queue-fixture.ts';

const database = useTestDatabase();
let queue: QueueFixture;
let by: { mailboxId: string; workspaceId: string };

beforeEach(async () => {
  queue = await startQueueFixture(database);
  by = { mailboxId: newId(), workspaceId: newId() };
});
afterEach(() => queue.close());

const bounces = () =>
  database.db
    .selectFrom('mail.bounce')
    .select(['address', 'kind', 'origin', 'status', 'reported_by', 'mailbox_id'])
    .where('workspace_id', '=', by.workspaceId)
    .execute();
const suppressed = () =>
  database.db
    .selectFrom('mail.suppression')
    .select(['address', 'source'])
    .where('workspace_id', '=', by.workspaceId)
    .execute();

describe('a refusal while we deliver', () => {
  it('that says there is no such address is a hard bounce, and stops what is sent to it afterwards', async () => {
    queue.remote.refuse('rcpt', '550 5.1.1 No such user');
    await queue.put(['Gone@elsewhere.example'], { by });
    const worker = queue.worker();
    await worker.runDue();
    expect(await bounces()).toEqual([
      {
        address: 'Gone@elsewhere.example',
        kind: 'hard',
        origin: 'delivery',
        status: '5.1.1',
        reported_by: 'mx.elsewhere.example',
        mailbox_id: by.mailboxId,
      },
    ]);
    expect(await suppressed()).toEqual([{ address: 'gone@elsewhere.example', source: 'bounce' }]);

    queue.remote.refuse('rcpt', null);
    await queue.put(['gone@elsewhere.example', 'other@elsewhere.example'], { by });
    await worker.runDue();
    const states = (await queue.states()).filter((state) => state.includes('@elsewhere'));
    expect(states).toEqual([
      'Gone@elsewhere.example bounced',
      'gone@elsewhere.example bounced',
      'other@elsewhere.example delivered',
    ]);
    expect(queue.remote.taken.map(({ to }) => to)).toEqual(['other@elsewhere.example']);
    expect(await bounces()).toHaveLength(1);
  });

  it('for any other reason is a soft bounce and stops nothing', async () => {
    queue.remote.refuse('data', '554 5.7.1 Looks like spam');
    await queue.put(['bob@elsewhere.example'], { by });
    await queue.worker().runDue();
    expect(await bounces()).toMatchObject([{ kind: 'soft', status: '5.7.1' }]);
    expect(await suppressed()).toEqual([]);
  });

  it('stops nobody else: not another workspace, and not mail that a domain sends on', async () => {
    queue.remote.refuse('rcpt', '550 5.1.1 No such user');
    await queue.put(['gone@elsewhere.example'], { by });
    const worker = queue.worker();
    await worker.runDue();
    queue.remote.refuse('rcpt', null);
    await queue.put(['gone@elsewhere.example'], { by: { mailboxId: newId(), workspaceId: newId() } });
    await queue.put(['gone@elsewhere.example'], { forwardedFor: 'any@here.example' });
    await worker.runDue();
    expect(queue.remote.taken).toHaveLength(2);
  });
});
