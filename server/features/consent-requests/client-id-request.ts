// A client-id request: has a domain take a client's requests, where somebody has to be asked for that.
import type { ConsentStatus } from './consent-request.ts';

export type ClientIdRequest = {
  uid: string;
  teamUid: string;
  workspaceUid: string;
  clientId: string;
  domainName: string;
  mailboxUid: string;
  status: ConsentStatus;
  statusText: string;
  statusReason: string | null;
  createdAt: Date;
  completedAt: Date | null;
};
