// EmailBison does what every sequencer must do, measured against its fake.
import { expect, test } from 'vitest';
import { sequencerConformance } from '../contracts/sequencer.conformance.ts';
import { sendByFetch } from '../contracts/wire.ts';
import { startFake } from './fake.ts';
import { createSequencer } from './sequencer.ts';

sequencerConformance('EmailBison', startFake, createSequencer, { tellsWords: false });

test('an instance that a customer names is reached by the guarded way, and no other', async () => {
  const fake = await startFake();
  const urls: string[] = [];
  const sequencer = createSequencer({
    baseUrl: 'http://127.0.0.1:9',
    credential: { ...fake.credential, instance: `${fake.baseUrl}/` },
    guardedSend: (request) => {
      urls.push(request.url);
      return sendByFetch(request);
    },
  });
  await sequencer.verifyTarget();
  expect(urls).toEqual([`${fake.baseUrl}/api/sender-emails?per_page=1`]);
  await fake.close();
});
