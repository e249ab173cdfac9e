// Front door of the mail queue: outbound mail of a workspace, seen and steered.
import { mailQueueDetails } from './details.endpoint.ts';
import { dropMail } from './drop.endpoint.ts';
import { holdMail } from './hold.endpoint.ts';
import { listMailQueue } from './list.endpoint.ts';
import { releaseMail } from './release.endpoint.ts';
import { retryMail } from './retry.endpoint.ts';

export { mailQueueErrors } from './errors.ts';
export { tellBounces } from './tell-bounces.job.ts';

export const mailQueueEndpoints = [
  listMailQueue,
  mailQueueDetails,
  retryMail,
  holdMail,
  releaseMail,
  dropMail,
];
