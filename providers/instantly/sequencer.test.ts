// Instantly does what every sequencer must do, measured against its fake.
import { expect, test } from 'vitest';
import { sampleMailbox, sampleTuning, sequencerConformance } from '../contracts/sequencer.conformance.ts';
import { startFake } from './fake.ts';
import { createSequencer } from './sequencer.ts';

sequencerConformance('Instantly', startFake, createSequencer);

test('an account in error is told that its credentials were repaired', async () => {
  const fake = await startFake();
  const sequencer = createSequencer(fake);
  const address = 'mara@northpeak.example';
  await sequencer.upsertMailbox(sampleMailbox(address), sampleTuning);
  fake.held.drop(address);
  await sequencer.upsertMailbox(sampleMailbox(address, 'new-password'), sampleTuning);
  expect(fake.calls.at(-1)).toBe('POST /api/v2/accounts/mara%40northpeak.example/mark-fixed');
  await fake.close();
});

test('a ramp steeper than its steepest becomes its steepest', async () => {
  const fake = await startFake();
  const steep = { ...sampleTuning, warmup: { ...sampleTuning.warmup, increment: 9 } };
  await createSequencer(fake).upsertMailbox(sampleMailbox('mara@northpeak.example'), steep);
  expect(fake.held.mailboxes.size).toBe(1);
  await fake.close();
});
