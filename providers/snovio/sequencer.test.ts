// Snov.io does what every sequencer must do, measured against its fake.
import { expect, test } from 'vitest';
import { sequencerConformance } from '../contracts/sequencer.conformance.ts';
import { startFake } from './fake.ts';
import { createSequencer } from './sequencer.ts';

sequencerConformance('Snov.io', startFake, createSequencer, { removes: false });

test('a token is asked for once, not before each call', async () => {
  const fake = await startFake();
  const sequencer = createSequencer(fake);
  await sequencer.verifyTarget();
  await sequencer.verifyTarget();
  expect(fake.calls.filter((call) => call.includes('access_token'))).toHaveLength(1);
  await fake.close();
});
