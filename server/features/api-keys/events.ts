// What API keys tell about: what a key may do, never the key.
import type { NewEvent } from '../events/index.ts';

export const keyEvent = (
  what: 'created' | 'revoked' | 'rotated',
  key: { uid: string; teamUid: string; name: string },
  occurredAt: Date,
  data: Record<string, unknown>,
): NewEvent => ({
  teamUid: key.teamUid,
  workspaceUid: null,
  type: `key.${what}`,
  subjectType: 'key',
  subjectUid: key.uid,
  data: { name: key.name, ...data },
  occurredAt,
});
