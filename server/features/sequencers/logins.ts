// What somebody needs to sign in to a mailbox of ours, as sequencers are given it.
import type { SequencerMailbox } from '../../../providers/contracts/sequencer.ts';
import type { FeatureContext } from '../context.ts';
import { hostOf, type Mailbox, readMailboxSecrets } from '../mailboxes/index.ts';

/** With the app password: it opens mail and nothing else, and no second factor is asked for beside it. */
export const loginsOf = async (
  context: Pick<FeatureContext, 'db' | 'secrets' | 'providers'>,
  mailbox: Mailbox,
): Promise<SequencerMailbox> => {
  const { smtp, imap } = await hostOf(context.providers, mailbox).access();
  const { appPassword } = await readMailboxSecrets(context, mailbox.uid);
  const login = ({ host, port, security }: typeof smtp) => ({
    host,
    port,
    security,
    username: mailbox.address,
    password: appPassword,
  });
  return {
    address: mailbox.address,
    firstName: mailbox.firstName,
    lastName: mailbox.lastName,
    smtp: login(smtp),
    imap: login(imap),
  };
};
