// How figures are printed: a title, then one figure a line, the peer last.

const print = (line = ''): void => void process.stdout.write(`${line}\n`);

export const title = (text: string): void => {
  print();
  print(text);
};

/** `what` on the left, its value on the right; a value that could not be measured here is left out. */
export const figure = (what: string, value: string | null, remark = ''): void => {
  if (value !== null) print(`  ${what.padEnd(44)} ${value.padStart(14)}  ${remark}`.trimEnd());
};

/** A heading inside of one benchmark. */
export const part = (text: string): void => {
  print();
  print(`  ${text}`);
};

export const seconds = (ms: number | null): string | null =>
  ms === null ? null : `${(ms / 1000).toFixed(2)} s`;

export const megabytes = (bytes: number | null): string | null =>
  bytes === null ? null : `${(bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0)} MB`;

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

export const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;
