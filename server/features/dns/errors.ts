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

export const dnsErrors = [dnsRecordsNotFound];
