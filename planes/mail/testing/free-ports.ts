// Listeners of the mail plane in tests: the system chooses the ports.
import type { MailPlaneOptions } from '../main.ts';

export const onFreePorts: MailPlaneOptions['listeners'] = {
  host: '127.0.0.1',
  smtpPort: 0,
  submissionPort: 0,
  submissionsPort: 0,
  imapPort: 0,
  imapsPort: 0,
};
