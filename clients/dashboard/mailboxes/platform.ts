// What people call the platforms of mailboxes.
import type { Row } from '../../sdk/index.ts';

export const platformNames: Record<Row<'mailboxes.list'>['platform'], string> = {
  GOOGLE: 'Google',
  MICROSOFT: 'Microsoft',
  AZURE: 'Azure',
  SMTP: 'SMTP',
};
