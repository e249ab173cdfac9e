// Errors of the audit feature.
import { defineError } from '../../http/errors.ts';

export const auditPlaceGone = defineError({
  code: 'audit_place_gone',
  status: 404,
  whatHappened:
    'The audit record has no entry at this position: it was removed at the end of its time, or there never was one. `beginning` and `end` say what there is.',
  whatToDo: 'Leave `after` out to begin with the first entry there is.',
});

export const auditErrors = [auditPlaceGone];
