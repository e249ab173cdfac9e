// Tells what the demo does as it happens, with the time since it began.
import colors from 'picocolors';

export type Story = {
  /** A new chapter. */
  begin(title: string): void;
  /** Something that is now true. */
  proven(text: string): void;
  /** Something worth knowing. */
  note(text: string): void;
};

export const tellOn = (out: { write(text: string): unknown }, startedMs = performance.now()): Story => {
  const elapsed = () => colors.dim(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(5)} s `);
  return {
    begin: (title) => out.write(`\n${elapsed()} ${colors.bold(title)}\n`),
    proven: (text) => out.write(`${elapsed()}   ${colors.green('✓')} ${text}\n`),
    note: (text) => out.write(`${elapsed()}     ${colors.dim(text)}\n`),
  };
};
