// Errors of the suppression list.
import { defineError } from '../../http/errors.ts';

export const invalidSuppressionFile = defineError({
  code: 'invalid_suppression_file',
  status: 400,
  whatHappened: 'Lines of the file hold no e-mail address; `lines` lists them. Nothing was added.',
  whatToDo:
    'Send one address a line, or CSV with a header that has a column `email` (or `address`) and, if you like, `reason`.',
});

export const suppressionErrors = [invalidSuppressionFile];
