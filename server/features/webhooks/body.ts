// What is sent: the event as `GET /events` shows it, or the body that clients of the reference API read.
import type { Db } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import { clientIdRequestByUid, consentRequestByUid } from '../consent-requests/index.ts';
import { domainByUid } from '../domains/index.ts';
import { eventRow, type PlacedEvent } from '../events/index.ts';
import { mailboxByUid, mailboxRow, readMailboxSecrets } from '../mailboxes/index.ts';

export const standardBody = (event: PlacedEvent): string => JSON.stringify(eventRow(event));

type Deps = { db: Db; secrets: SecretBox };
type Wishes = { teamName: string; includeSecrets: boolean };
/** The thing an event is about, under the name that the reference API gives it. */
type Subject = { noun: string; fields: Record<string, unknown>; metadata: Record<string, unknown> };

/** Null when the thing is gone without a trace, so that there is nothing to say about it. */
export const inboxkitBody = async (
  deps: Deps,
  event: PlacedEvent,
  { teamName, includeSecrets }: Wishes,
): Promise<string | null> => {
  const subject = await subjectOf(deps, event, includeSecrets);
  if (!subject) return null;
  const { status = null, previous_status = null } = event.data;
  return JSON.stringify({
    event: event.type,
    timestamp: event.occurredAt.toISOString(),
    team_id: event.teamUid,
    team_name: teamName,
    data: {
      // The status is the event's: by the time it is told, the thing may have moved on.
      [subject.noun]: { ...subject.fields, status, previous_status },
      metadata: {
        updated_at: event.occurredAt.toISOString(),
        workspace_id: event.workspaceUid,
        ...subject.metadata,
      },
    },
  });
};

const subjectOf = async (
  { db, secrets }: Deps,
  { subjectType, subjectUid, data }: PlacedEvent,
  includeSecrets: boolean,
): Promise<Subject | null> => {
  switch (subjectType) {
    case 'domain': {
      const domain = await domainByUid(db, subjectUid);
      if (!domain) return null;
      const fields = {
        uid: domain.uid,
        name: domain.name,
        tld: domain.tld,
        dns_propagation_status: domain.dnsPropagationStatus,
        nameservers: domain.nameservers,
        renewal_date: domain.renewalDate?.toISOString() ?? null,
        renewal_status: domain.renewalStatus,
        registration_years: domain.registrationYears,
      };
      return { noun: 'domain', fields, metadata: { domain_name: domain.name } };
    }
    case 'mailbox': {
      const mailbox = await mailboxByUid(db, subjectUid);
      if (!mailbox) return null;
      const shown = includeSecrets ? await readMailboxSecrets({ db, secrets }, mailbox.uid) : null;
      const fields = {
        ...(await mailboxRow(db, mailbox)),
        password: shown?.password ?? null,
        app_password: shown?.appPassword ?? null,
        secret: shown?.totpSecret ?? null,
      };
      return { noun: 'mailbox', fields, metadata: { domain_name: mailbox.domainName } };
    }
    case 'consent_request': {
      const request = await consentRequestByUid(db, subjectUid);
      if (!request) return null;
      const fields = {
        uid: request.uid,
        status_text: data.status_text ?? request.statusText,
        status_reason: data.status_reason ?? null,
        consent_url: request.consentUrl,
        mailbox_uid: request.mailboxUid,
        mailbox_email: request.mailboxEmail,
      };
      const [, domainName] = request.mailboxEmail.split('@');
      return { noun: 'consent_request', fields, metadata: { domain_name: domainName } };
    }
    case 'client_id_request': {
      const request = await clientIdRequestByUid(db, subjectUid);
      if (!request) return null;
      const fields = {
        uid: request.uid,
        domain_name: request.domainName,
        client_id: request.clientId,
        status_text: data.status_text ?? request.statusText,
        status_reason: data.status_reason ?? null,
      };
      return { noun: 'client_id_request', fields, metadata: { domain_name: request.domainName } };
    }
    default:
      // Only a test delivery leads here: of other things the format does not tell.
      return { noun: subjectType, fields: { uid: subjectUid }, metadata: {} };
  }
};
