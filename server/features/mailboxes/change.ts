// One change of a mailbox: what it keeps, and how it stands.

/** An address that a mailbox had, until a time in ISO 8601. */
export type Alias = { address: string; endsAt: string };

/** What each kind of change keeps of the mailbox. Secrets are sealed. */
export type ChangedValues = {
  name: { firstName: string; lastName: string };
  username: { username: string; aliases: Alias[] };
  password: { password: string; appPassword: string };
  forwarding: { address: string | null; keepCopy: boolean };
};

export type ChangeKind = keyof ChangedValues;
export type ChangeStatus = 'queued' | 'pending' | 'completed' | 'failed';

export type Change = {
  [Kind in ChangeKind]: {
    uid: string;
    mailboxUid: string;
    workspaceUid: string;
    kind: Kind;
    /** What the mailbox goes back to when the host refuses. */
    before: ChangedValues[Kind];
    after: ChangedValues[Kind];
    status: ChangeStatus;
    reason: string | null;
    requestedAt: Date;
    finishedAt: Date | null;
  };
}[ChangeKind];
