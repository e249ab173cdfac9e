// Fulfils one domain of an order: register it, set it up, then make its mailboxes side by side, and begin what each is to
// agree to.
//
// Durable because it is the thread that holds the three together: mailboxes of a domain that failed are ended and
// credited back here, however long ago the order was placed.
import { inTransaction } from '../../../database/database.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import { defineWorkflow } from '../../../workflow/definition.ts';
import { publicReason } from '../../../workflow/failure.ts';
import { ApiError } from '../../http/errors.ts';
import {
  admitConsent,
  beginConsent,
  consentRequestsByUids,
  isConsentOver,
} from '../consent-requests/index.ts';
import type { FeatureContext } from '../context.ts';
import { firstSetUpId, registerDomain, registerDomainId, setUpDomain } from '../domains/index.ts';
import { buyMailbox, buyMailboxId, failMailbox, mailboxesOfUids } from '../mailboxes/index.ts';
import { orderConsentSet, orderLineLock, orderOfLine } from './store.ts';

type Context = Pick<FeatureContext, 'db' | 'clock' | 'providers'>;

const CONSENT_POLL_MS = 15_000;
/** A request has its own time limits; this is for one that no process works. The order ends, the request goes on. */
const CONSENT_GIVE_UP_MS = 30 * 60_000;

export type Fulfilment = {
  /** Of the order's line. */
  uid: string;
  domainUid: string;
  mailboxUids: string[];
  /** What the mailboxes were ordered on; null when there are none. */
  platform: Platform | null;
  /** The run of the order it belongs to; runs that began before there were retries do not say. */
  run?: number;
  /** The domain is there already: only its mailboxes are to be made. */
  domainReady?: boolean;
  /** Whether its mailboxes are to agree to something. */
  agrees?: boolean;
};

export const fulfilDomainId = (lineUid: string, run = 1): string =>
  run === 1 ? `orders.fulfil-domain:${lineUid}` : `orders.fulfil-domain:${lineUid}:${run}`;

export const fulfilDomain = defineWorkflow({
  name: 'orders.fulfil-domain',
  steps: {
    abandon: {
      does: 'ends the mailboxes of a domain that failed, and credits them back',
      run: abandon,
      undo: null,
      irreversibleBecause: 'there is no domain to make them on',
    },
    agree: {
      does: 'begins a consent request for each mailbox that is active',
      run: agree,
      undo: null,
      irreversibleBecause: 'what a client was given is taken back at the client',
    },
    askAgreed: {
      does: 'asks whether these have ended',
      run: askAgreed,
      undo: null,
      irreversibleBecause: 'it only asks',
    },
  },

  async run(flow, { domainUid, uid, mailboxUids, platform, domainReady = false, agrees }: Fulfilment) {
    if (!domainReady) {
      const registered = await flow.outcome(
        await flow.start(registerDomain, registerDomainId(domainUid), { domainUid, platform }),
      );
      const ready = registered.ok
        ? await flow.outcome(await flow.start(setUpDomain, firstSetUpId(domainUid), { domainUid, platform }))
        : registered;
      if (!ready.ok) {
        await flow.step('abandon', { mailboxUids, reason: publicReason(ready.failure) });
        return;
      }
    }
    const children = [];
    for (const mailboxUid of mailboxUids) {
      children.push(await flow.start(buyMailbox, buyMailboxId(mailboxUid), { mailboxUid }));
    }
    for (const child of children) await flow.outcome(child);
    if (!agrees) return;
    let requests = await flow.step('agree', { lineUid: uid });
    for (
      let waitedMs = 0;
      requests.length > 0 && waitedMs < CONSENT_GIVE_UP_MS;
      waitedMs += CONSENT_POLL_MS
    ) {
      await flow.sleep(CONSENT_POLL_MS);
      requests = await flow.step('askAgreed', { requests });
    }
  },

  // Before mailboxes were begun only `abandon` can fail. What comes after them changes nothing of what was bought.
  onFailure: async (context, { input: { mailboxUids }, failure }) => {
    if (failure.step === 'abandon') await abandon(context, { mailboxUids, reason: publicReason(failure) });
  },
});

/** Of each mailbox of the line that is active and was not tried yet; answers the requests that are under way. */
async function agree(context: Context, { lineUid }: { lineUid: string }): Promise<string[]> {
  return inTransaction(context.db, async (tx) => {
    const line = await orderLineLock(tx, lineUid);
    if (!line?.consentUrl) return [];
    const order = (await orderOfLine(tx, lineUid))!;
    const mailboxes = await mailboxesOfUids(tx, line.mailboxUids);
    const begun = [...line.consents.values()].flatMap(({ requestUid }) => requestUid ?? []);
    for (const uid of line.mailboxUids) {
      if (line.consents.has(uid) || mailboxes.get(uid)?.status !== 'active') continue;
      const wish = { mailbox_uid: uid, consent_url: line.consentUrl };
      try {
        const request = await admitConsent(
          { ...context, db: tx },
          { teamUid: order.teamUid, uid: order.workspaceUid },
          wish,
        );
        await beginConsent(tx, [request]);
        await orderConsentSet(tx, lineUid, uid, { requestUid: request.uid, refused: null });
        begun.push(request.uid);
      } catch (error) {
        // The client may have been taken off the allow-list since the order was placed.
        if (!(error instanceof ApiError)) throw error;
        await orderConsentSet(tx, lineUid, uid, { requestUid: null, refused: error.message });
      }
    }
    return begun;
  });
}

async function askAgreed({ db }: Context, { requests }: { requests: string[] }): Promise<string[]> {
  const found = await consentRequestsByUids(db, requests);
  return requests.filter((uid) => {
    const request = found.get(uid);
    return request !== undefined && !isConsentOver(request.status);
  });
}

async function abandon(
  context: Pick<Context, 'db' | 'clock'>,
  { mailboxUids, reason }: { mailboxUids: string[]; reason: string },
): Promise<void> {
  for (const uid of mailboxUids) await failMailbox(context, uid, `its domain failed: ${reason}`);
}
