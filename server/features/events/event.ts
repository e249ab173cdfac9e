// An event: one thing that changed, told once. `seq` orders all events of the installation.

export type SubjectType =
  | 'client_id_request'
  | 'consent_request'
  | 'domain'
  | 'key'
  | 'mailbox'
  | 'oauth_client'
  | 'order'
  | 'payment'
  | 'person'
  | 'prewarm_order'
  | 'quote'
  | 'sequencer'
  | 'sequencer_export'
  | 'subscription'
  | 'tag'
  | 'wallet'
  | 'warmup'
  | 'workspace'
  | 'webhook'
  | 'zone_credential';

export type NewEvent = {
  teamUid: string;
  workspaceUid: string | null;
  /** `<noun>.<what happened>`, e.g. `mailbox.status_changed`. */
  type: string;
  subjectType: SubjectType;
  subjectUid: string;
  /** Never a secret: events are read by webhooks, people and logs. */
  data: Record<string, unknown>;
  occurredAt: Date;
};

/** An event that has its place in the order in which events are read. */
export type PlacedEvent = NewEvent & {
  uid: string;
  seq: number;
  /** Grows from event to event; nothing ever appears before what was read. */
  position: number;
};

/** The event as the API and webhooks show it. */
export const eventRow = (event: PlacedEvent) => ({
  id: event.uid,
  type: event.type,
  timestamp: event.occurredAt.toISOString(),
  team_id: event.teamUid,
  workspace_id: event.workspaceUid,
  subject: { type: event.subjectType, id: event.subjectUid },
  data: event.data,
});

/** Whether a type is among those asked for: `mailbox.status_changed`, or all of a noun as `mailbox.*`; none are all. */
export const typeIsAmong = (type: string, wanted: readonly string[]): boolean =>
  wanted.length === 0 ||
  wanted.some((want) => (want.endsWith('.*') ? type.startsWith(want.slice(0, -1)) : type === want));
