// Front door of hosted-domains: connecting domains whose zone lies in an account of their owner's, whoever hosts it. The
// endpoints of each such DNS host are a feature of their own, named as clients know it, and hold nothing but shapes.
export {
  type ConnectWish,
  carryOutConnection,
  type MailConflict,
  planConnection,
  type ZoneResult,
} from './connect-zones.ts';
export {
  credentialConflict,
  domainNotAllowed,
  hostedDomainErrors,
} from './errors.ts';
export { lookAtAccounts, type SeenZone } from './zones-view.ts';
