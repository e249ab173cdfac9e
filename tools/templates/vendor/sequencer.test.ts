// Acme does what every sequencer must do, measured against its fake.
import { sequencerConformance } from '../../../providers/contracts/sequencer.conformance.ts';
import { startFakeSequencer } from './fake-sequencer.ts';
import { createSequencer } from './sequencer.ts';

sequencerConformance('Acme', startFakeSequencer, createSequencer);
