// GET /sequencers/file: the mailboxes that were exported to a file, in the form that its importer wants.
import { z } from 'zod';
import type { SequencerMailbox } from '../../../providers/contracts/sequencer.ts';
import { answerFile, defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { credentialsRevealed, mailboxesOfUids } from '../mailboxes/index.ts';
import { notAFile, sequencerNotFound } from './errors.ts';
import { readinessOf } from './export.ts';
import { exportsOfSequencer } from './export-store.ts';
import { findSequencers } from './find.ts';
import { loginsOf } from './logins.ts';

export const sequencerFile = defineEndpoint<FeatureContext>()({
  operation: 'sequencers.file',
  summary: 'Download file of exported mailboxes',
  description:
    'For sequencers of the platform `csv`. It holds what opens the mailboxes at this moment: after a password was ' +
    'changed, download it again. Each download is an event `mailbox.credentials_revealed` of each mailbox.',
  method: 'GET',
  path: '/sequencers/file',
  scope: 'workspace',
  right: 'secrets',
  query: z.strictObject({ uid: uidToFind }),
  response: z.object({}),
  file: {
    types: ['text/csv'],
    holds: 'A line for each mailbox, below a line with the names of the columns.',
  },
  errors: [sequencerNotFound, notAFile],
  async handle({ query, caller, workspace, requestId, commit }, context) {
    const { db, clock, providers } = context;
    const [account] = await findSequencers(db, workspace.uid, [query.uid]);
    if (account!.layout === null) throw notAFile(`${account!.name} is handed its mailboxes by itself`);
    const rows = await exportsOfSequencer(db, account!.uid);
    const uids = rows.filter(({ stage }) => stage === 'file').map(({ mailboxUid }) => mailboxUid);
    const mailboxes = [...(await mailboxesOfUids(db, uids)).values()]
      .filter(({ status }) => readinessOf(status) !== 'gone')
      .toSorted((a, b) => (a.address < b.address ? -1 : 1));
    const logins: SequencerMailbox[] = [];
    for (const mailbox of mailboxes) logins.push(await loginsOf(context, mailbox));
    const body = providers.sequencerFile().write(
      account!.layout,
      logins.map((mailbox) => ({ mailbox, tuning: account!.tuning })),
    );
    return commit(async (tx) => {
      const by = { ...caller, requestId };
      const events = mailboxes.map((mailbox) =>
        credentialsRevealed(mailbox, by, clock.now(), ['app_password']),
      );
      await recordEvents(tx, events);
      const fileName = `${account!.layout}-${clock.now().toISOString().slice(0, 10)}.csv`;
      return {
        message: 'Mailboxes exported successfully',
        [answerFile]: { contentType: 'text/csv', fileName, body },
      };
    });
  },
});
