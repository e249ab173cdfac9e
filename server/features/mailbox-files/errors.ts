// Errors of files of mailboxes.
import { defineError } from '../../http/errors.ts';

export const invalidCsv = defineError({
  code: 'invalid_csv',
  status: 400,
  whatHappened: 'The file is not one whose rows can be read. Nothing was bought.',
  whatToDo:
    'Send CSV whose first line names the columns: `email` (or `username` and `domain_name`), `first_name` and ' +
    '`last_name` (or `name`), `platform`. The most rows at once are 1,000.',
});

export const importRowsFailed = defineError({
  code: 'import_rows_failed',
  status: 400,
  whatHappened:
    'Rows of the file cannot be imported: `rows` says which and why, and `failed_csv` holds them with their reasons. ' +
    'Nothing was bought.',
  whatToDo: 'Correct them and send the file again, or send it with `partial: true` to buy the good rows.',
});

export const exportTooLarge = defineError({
  code: 'export_too_large',
  status: 400,
  whatHappened: 'More mailboxes match than one file may hold; `maximum` says how many that are.',
  whatToDo: 'Narrow the filters, by domain for one, and export in parts.',
});

export const mailboxFileErrors = [invalidCsv, importRowsFailed, exportTooLarge];
