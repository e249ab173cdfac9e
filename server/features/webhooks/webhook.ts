// A webhook endpoint: an address that is told what changed; and a delivery: one event told to one endpoint.

/**
 * `standard` is signed as the Standard Webhooks specification says. `inboxkit` has the bodies and headers that clients
 * of the reference API read, its constant signature among them.
 */
export const formats = ['standard', 'inboxkit'] as const;
export type Format = (typeof formats)[number];

export type WebhookEndpoint = {
  uid: string;
  teamUid: string;
  /** Null: everything of the team. */
  workspaceUid: string | null;
  /** The address a workspace was given with its settings. */
  ofWorkspaceSettings: boolean;
  url: string;
  description: string;
  format: Format;
  /** Empty: all that the format can tell. */
  eventTypes: string[];
  includeSecrets: boolean;
  /** The API key whose hash is the constant signature of the format `inboxkit`. */
  keyUid: string | null;
  previousSecretUntil: Date | null;
  status: 'enabled' | 'disabled';
  disabledReason: string | null;
  failingSince: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

export type DeliveryStatus = 'pending' | 'delivered' | 'failed';

export type Delivery = {
  uid: string;
  endpointUid: string;
  eventUid: string;
  eventSeq: number;
  eventType: string;
  subjectUid: string;
  status: DeliveryStatus;
  attempts: number;
  /** Null while it waits for an earlier one about the same subject. */
  dueAt: Date | null;
  replay: boolean;
  lastStatus: number | null;
  lastError: string | null;
  createdAt: Date;
  finishedAt: Date | null;
};

/** The events that the reference API announces; the format `inboxkit` has words for no others. */
export const inboxkitEventTypes = [
  'domain.status_changed',
  'mailbox.status_changed',
  'consent_request.status_changed',
  'client_id_request.status_changed',
] as const;

/** What the endpoint is told: the types it asked for, as far as its format has words for them. */
export const typesToldTo = ({ format, eventTypes }: Pick<WebhookEndpoint, 'format' | 'eventTypes'>) =>
  format === 'inboxkit' && eventTypes.length === 0 ? [...inboxkitEventTypes] : eventTypes;
