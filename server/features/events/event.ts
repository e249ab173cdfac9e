// An event: one thing that changed, told once. `seq` orders all events of the installation.

export type NewEvent = {
  teamUid: string;
  workspaceUid: string | null;
  /** `<noun>.<what happened>`, e.g. `mailbox.status_changed`. */
  type: string;
  subjectType: 'domain' | 'mailbox' | 'order' | 'payment' | 'wallet' | 'workspace';
  subjectUid: string;
  /** Never a secret: events are read by webhooks, people and logs. */
  data: Record<string, unknown>;
  occurredAt: Date;
};
