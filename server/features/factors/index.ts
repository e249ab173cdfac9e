// Front door of factors: passwords and one-time codes of whoever is signed in.
import { changePassword, type EndOtherSessions } from './change-password.endpoint.ts';
import { confirmTotp } from './confirm-totp.endpoint.ts';
import { enrolTotp } from './enrol-totp.endpoint.ts';
import { listFactors } from './list.endpoint.ts';
import { removeTotp } from './remove-totp.endpoint.ts';
import { renewRecoveryCodes } from './renew-recovery-codes.endpoint.ts';

export { needsCode, useCode } from './codes.ts';
export { factorErrors } from './errors.ts';
export { passwordAgain, self } from './schema.ts';
export { peopleWithTotp, totpDelete } from './store.ts';

export const factorEndpoints = (endOtherSessions: EndOtherSessions) => [
  listFactors,
  enrolTotp,
  confirmTotp,
  removeTotp,
  renewRecoveryCodes,
  changePassword(endOtherSessions),
];
