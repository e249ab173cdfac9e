// Front door of cloudflare-domains: the operations on domains whose zone lies in a Cloudflare account, as clients know
// them. What they do is in hosted-domains and zone-accounts, which know no vendor.
import type { DomainMailboxes } from '../domains/index.ts';
import { connectZones } from './connect.endpoint.ts';
import { listCredentials } from './credentials.endpoint.ts';
import { connectedDetails } from './details.endpoint.ts';
import { disconnectDomains } from './disconnect.endpoint.ts';
import { forgetCredential } from './forget-credential.endpoint.ts';
import { listConnected } from './list.endpoint.ts';
import { listZones } from './zones.endpoint.ts';

export const cloudflareDomainEndpoints = (mailboxes: DomainMailboxes) => [
  connectZones,
  listZones,
  listConnected(mailboxes),
  listCredentials,
  forgetCredential,
  connectedDetails(mailboxes),
  disconnectDomains(mailboxes),
];
