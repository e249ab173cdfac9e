// What the operations on sequencers are asked with, by the tests over all endpoints.
import type { RunningFake } from '../../providers/sequencer-fakes.ts';
import type { PropertyFixtures } from './endpoint-properties.ts';
import type { TestInstallation } from './test-installation.ts';

export const sequencerInputs = (
  api: TestInstallation,
  { platform, fake }: RunningFake,
  mailboxUid: string,
): NonNullable<PropertyFixtures['inputs']> => {
  const account = { name: 'Main', platform, ...fake.credential };
  /** Of the one account there is; made anew when a property before deleted it. */
  const added = async (body: object): Promise<string> => (await api.post('/sequencers/add', body)).body.uid;
  const own = () => added(account);
  const file = () => added({ name: 'File', platform: 'csv', layout: 'generic' });
  const exported = async (): Promise<{ uid: string; sequencer: string }> => {
    const sequencer_uid = await own();
    const { body } = await api.post('/sequencers/export', { sequencer_uid, mailbox_uids: [mailboxUid] });
    const { created, restarted, duplicates } = body.exports;
    return { uid: [...created, ...restarted, ...duplicates][0].uid, sequencer: sequencer_uid };
  };
  return {
    'sequencers.list': { body: {} },
    'sequencers.add': { body: account },
    'sequencers.update': async () => ({ body: { uid: await own(), daily_limit: 40 } }),
    'sequencers.delete': async () => ({ body: { uids: [await own()] } }),
    'sequencers.export': async () => ({ body: { sequencer_uid: await own(), mailbox_uids: [mailboxUid] } }),
    'sequencers.export-status': { body: {} },
    'sequencers.retry': async () => ({ body: { uids: [(await exported()).uid] } }),
    'sequencers.remove-mailboxes': async () => ({
      body: { sequencer_uid: (await exported()).sequencer, mailbox_uids: [mailboxUid] },
    }),
    'sequencers.where-used': { query: { mailbox_uid: mailboxUid } },
    'sequencers.history': async () => ({ query: { uid: await own() } }),
    'sequencers.file': async () => ({ query: { uid: await file() } }),
  };
};
