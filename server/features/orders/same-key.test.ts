// One purchase, asked for by fifty clients at once.
import { expect, test } from 'vitest';
import { freshName, mailboxesOn, orderOf } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { booksOf, useInstallationWithoutWorker } from '../../testing/workflow-world.ts';

const api = useInstallationWithoutWorker();

test('the same idempotency key from 50 clients at once is one purchase and 50 equal answers', async () => {
  const team = await addTeam(api.installation, 100);
  const name = freshName();
  const body = orderOf([{ name, mailboxes: mailboxesOn(name, 11) }]);
  const options = {
    key: team.key,
    workspace: team.workspaceUid,
    headers: { 'Idempotency-Key': 'one-and-only' },
  };
  const replies = await Promise.all(Array.from({ length: 50 }, () => api.post('/orders', body, options)));
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
  expect(new Set(replies.map((reply) => JSON.stringify(reply.body))).size).toBe(1);
  expect(replies.filter(({ headers }) => !headers.get('idempotency-replayed'))).toHaveLength(1);
  expect(await booksOf(api.installation, team.teamUid)).toEqual({ wallet: 84, reserved: 16, spent: 0 });
});
