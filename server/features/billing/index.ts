// Front door of billing: what things cost, and the only ways money moves.
import { verifyLedger } from './ledger-verify.endpoint.ts';
import { getWallet } from './wallet.endpoint.ts';
import { listWalletLogs } from './wallet-logs.endpoint.ts';

export { bill } from './bill.ts';
export type { ChargeLine, ChargeSubject } from './charge.ts';
export { totalOf } from './charge.ts';
export {
  addCredits,
  assertAffordable,
  captureCharges,
  giveBackCharges,
  lockFunds,
  type MailboxPrice,
  mailboxPrices,
  reserveCharges,
} from './charges.ts';
export { closeAccounts } from './checkpoint.ts';
export { billingErrors, insufficientFunds } from './errors.ts';
export { fundsOf, openBooks } from './funds.ts';
export { creditsToMicros, microsToCredits } from './money.ts';
export { addMonths } from './months.ts';

export { balances as ledgerBalances, walletBalance as walletMicros } from './store.ts';

export const billingEndpoints = [getWallet, listWalletLogs, verifyLedger];
