// lemlist does what every sequencer must do, measured against its fake.
import { expect, test } from 'vitest';
import { failureOf } from '../contracts/failure.conformance.ts';
import { sampleMailbox, sampleTuning, sequencerConformance } from '../contracts/sequencer.conformance.ts';
import { startFake } from './fake.ts';
import { createSequencer } from './sequencer.ts';

sequencerConformance('lemlist', startFake, createSequencer);

test('a mailbox at Gmail is refused, with lemlist’s own reason', async () => {
  const fake = await startFake();
  const mailbox = sampleMailbox('mara@northpeak.example');
  const atGmail = { ...mailbox, smtp: { ...mailbox.smtp, host: 'smtp.gmail.com' } };
  expect(await failureOf(createSequencer(fake).upsertMailbox(atGmail, sampleTuning))).toMatchObject({
    kind: 'rejected',
    message: 'lemlist says: Gmail accounts must be connected with OAuth',
  });
  await fake.close();
});
