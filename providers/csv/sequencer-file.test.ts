// Files have the columns that importers want, and read back as what was written.
import { expect, test } from 'vitest';
import { readCsv } from '../../protocols/csv.ts';
import { sampleMailbox, sampleTuning } from '../contracts/sequencer.conformance.ts';
import { sequencerFile } from './sequencer-file.ts';

const rows = [{ mailbox: sampleMailbox('mara@northpeak.example', 'a"b,c=1'), tuning: sampleTuning }];

test.for(sequencerFile.layouts.map(({ key }) => key))(
  'the form %s has the address and the password of each mailbox, whatever characters are in it',
  (layout) => {
    const [header, row] = readCsv(sequencerFile.write(layout, rows));
    expect(new Set(header!.cells).size).toBe(header!.cells.length);
    expect(row!.cells).toHaveLength(header!.cells.length);
    expect(row!.cells).toContain('mara@northpeak.example');
    expect(row!.cells).toContain('a"b,c=1');
  },
);
