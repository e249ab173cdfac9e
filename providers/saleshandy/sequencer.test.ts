// Saleshandy does what every sequencer must do, measured against its fake.
import { expect, test } from 'vitest';
import { WRONG_PASSWORD } from '../contracts/fake-sequencer.ts';
import { sampleMailbox, sampleTuning, sequencerConformance } from '../contracts/sequencer.conformance.ts';
import { startFake } from './fake.ts';
import { createSequencer } from './sequencer.ts';

sequencerConformance('Saleshandy', startFake, createSequencer, {
  tunesLimit: false,
  tunesWarmup: false,
  removes: false,
  tellsWords: false,
});

test('what became of a request is told under its number, in Saleshandy’s own words', async () => {
  const fake = await startFake();
  const sequencer = createSequencer(fake);
  const address = 'mara@northpeak.example';
  const { ticket } = await sequencer.upsertMailbox(sampleMailbox(address, WRONG_PASSWORD), sampleTuning);
  const look = () => sequencer.pollMailbox({ address, id: null, ticket });
  expect(await look()).toMatchObject({ state: 'connecting' });
  expect(await look()).toMatchObject({ state: 'refused', words: fake.held.byAddress(address)!.words });
  await fake.close();
});
