// Errors of the dns feature.
import { defineError } from '../../http/errors.ts';

export const dnsRecordsNotFound = defineError({
  code: 'dns_records_not_found',
  status: 404,
  whatHappened: 'The workspace has no such domain, or the domain has no DNS records yet.',
  whatToDo:
    'Check the uid or name against `POST /v1/api/domains/list`. A domain gets its records right after its ' +
    'registration; while its status is `registration_in_progress` there are none.',
});

export const dnsRecordNotFound = defineError({
  code: 'dns_record_not_found',
  status: 404,
  whatHappened:
    'The zone has no record with an id of the request; `record_ids` in the answer lists those. Nothing was changed.',
  whatToDo:
    'Read the ids with `GET /v1/api/dns/list`. A record keeps its id while it lives, and gets it back when a version ' +
    'is restored.',
});

export const dnsConflict = defineError({
  code: 'dns_conflict',
  status: 409,
  whatHappened:
    'The zone would break a rule of DNS or of mail, so that resolvers or receivers could not use it. `conflicts` ' +
    'lists each breach with `code`, `message`, the `rule` (a section of a standard), and the `name` and `type` it ' +
    'is about. Nothing was changed.',
  whatToDo:
    'Change the records of the request as the messages say, or remove what stands against them in the same zone first.',
});

export const managedRecord = defineError({
  code: 'managed_record',
  status: 409,
  whatHappened:
    'The change is about records that make the mail of the domain work, or would take mail away from its ' +
    'mailboxes. `records` lists each with what would break. Nothing was changed.',
  whatToDo:
    'Send the request again with `confirm_managed: true` if that is what you want. Any earlier version can be gone ' +
    'back to with `POST /v1/api/dns/restore`, and `POST /v1/api/dns/repair` puts back what the mail needs.',
});

export const zoneTooLarge = defineError({
  code: 'zone_too_large',
  status: 400,
  whatHappened:
    'The zone would hold more records than one zone may; `maximum` says how many. Nothing was changed.',
  whatToDo: 'Remove records that are not needed, or move names below the domain to a zone of their own.',
});

export const zoneFileRefused = defineError({
  code: 'zone_file_refused',
  status: 409,
  whatHappened:
    'The zone file was to replace the records of the zone, and has lines that cannot be taken; `lines` lists each with ' +
    'its number, the `reason` and the `rule`. Nothing was changed.',
  whatToDo:
    'Mend or remove the lines. `dry_run: true` tells what would become of every line, and `mode: merge` takes those ' +
    'that can be taken.',
});

export const dnsVersionNotFound = defineError({
  code: 'dns_version_not_found',
  status: 404,
  whatHappened: 'The zone has no version with this number.',
  whatToDo: 'Read the versions with `GET /v1/api/dns/versions`.',
});

export const noMailKeys = defineError({
  code: 'no_mail_keys',
  status: 409,
  whatHappened: 'No mail is signed for the domain, so there is no key to change.',
  whatToDo: 'Wait until the domain is `active`; it gets its keys while it is set up.',
});

export const dkimRotationInProgress = defineError({
  code: 'dkim_rotation_in_progress',
  status: 409,
  whatHappened:
    'The signing keys of the domain are being changed already; `dkim_rotation` says how far that is. It takes days, ' +
    'because mail that is under way is still checked against the old keys.',
  whatToDo: 'Wait for it to end; `GET /v1/api/dns/list` shows it under `dkim_rotation` until then.',
});

export const dnsErrors = [
  dnsRecordsNotFound,
  dnsRecordNotFound,
  dnsConflict,
  managedRecord,
  zoneTooLarge,
  zoneFileRefused,
  dnsVersionNotFound,
  noMailKeys,
  dkimRotationInProgress,
];
