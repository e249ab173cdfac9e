// Salesforge does what every sequencer must do, measured against its fake.
import { expect, test } from 'vitest';
import { sampleMailbox, sampleTuning, sequencerConformance } from '../contracts/sequencer.conformance.ts';
import { startFake } from './fake.ts';
import { createSequencer } from './sequencer.ts';

sequencerConformance('Salesforge', startFake, createSequencer, { tunesWarmup: false });

test('a limit above what it takes becomes what it takes', async () => {
  const fake = await startFake();
  const address = 'mara@northpeak.example';
  await createSequencer(fake).upsertMailbox(sampleMailbox(address), { ...sampleTuning, dailyLimit: 400 });
  expect(fake.held.byAddress(address)?.dailyLimit).toBe(100);
  await fake.close();
});
