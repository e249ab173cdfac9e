// Smartlead does what every sequencer must do, measured against its fake.
import { sequencerConformance } from '../contracts/sequencer.conformance.ts';
import { startFake } from './fake.ts';
import { createSequencer } from './sequencer.ts';

sequencerConformance('Smartlead', startFake, createSequencer);
