// What processes have used, from /proc. Elsewhere than on Linux there is none, and the figures are null.
import { readdir, readFile } from 'node:fs/promises';

/** USER_HZ, the unit of times in /proc, is 100 on every Linux that Node runs on (proc(5), sysconf(3)). */
const MS_PER_TICK = 10;

type Stat = { parent: number; ownMs: number; endedChildrenMs: number };

const readStat = async (pid: number | string): Promise<Stat | null> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // The second field is a name in parentheses that may hold anything; the third field is the first behind it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = (index: number) => Number(fields[index - 3]) * MS_PER_TICK;
  return { parent: Number(fields[1]), ownMs: ticks(14) + ticks(15), endedChildrenMs: ticks(16) + ticks(17) };
};

/** Processor time of one process, all threads. */
export const cpuMsOf = async (pid: number): Promise<number | null> => (await readStat(pid))?.ownMs ?? null;

/** A process and its children, theirs, and so on. Every process is looked at once. */
const familyOf = async (pid: number): Promise<{ pid: number; stat: Stat }[]> => {
  const names = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(
    names.map(async (name) => ({ pid: Number(name), stat: await readStat(name) })),
  );
  const running = stats.filter((one): one is { pid: number; stat: Stat } => one.stat !== null);
  const withDescendants = (parent: { pid: number; stat: Stat }): { pid: number; stat: Stat }[] => [
    parent,
    ...running.filter(({ stat }) => stat.parent === parent.pid).flatMap(withDescendants),
  ];
  return running.filter((one) => one.pid === pid).flatMap(withDescendants);
};

/** Processor time of a process and of its descendants, children of its own that have ended included. */
export const familyCpuMsOf = async (pid: number): Promise<number | null> => {
  const [own, ...others] = await familyOf(pid);
  if (!own) return null;
  return others.reduce((sum, { stat }) => sum + stat.ownMs, own.stat.ownMs + own.stat.endedChildrenMs);
};

const kilobytes = (text: string | null, name: string): number | null => {
  const found = text && new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text);
  return found ? Number(found[1]) * 1024 : null;
};

const proc = (pid: number, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => null);

/** Resident memory of one process. */
export const rssBytesOf = async (pid: number): Promise<number | null> =>
  kilobytes(await proc(pid, 'status'), 'VmRSS');

/** Memory of a process and its descendants, pages they share counted once. */
export const familyPssBytesOf = async (pid: number): Promise<number | null> => {
  let total = 0;
  for (const { pid: member } of await familyOf(pid)) {
    const bytes = kilobytes(await proc(member, 'smaps_rollup'), 'Pss');
    if (bytes === null) return null;
    total += bytes;
  }
  return total;
};

const IDLE_MS_PER_LOOK = 60;
const LOOK_EVERY_MS = 1_000;
const MOST_LOOKS = 30;

/** Waits until the process does next to nothing, such as making spare keys, for two seconds in a row. */
export const untilIdle = async (pid: number): Promise<void> => {
  let quiet = 0;
  let before = await cpuMsOf(pid);
  for (let look = 0; look < MOST_LOOKS && quiet < 2; look += 1) {
    await new Promise((wake) => setTimeout(wake, LOOK_EVERY_MS));
    const now = await cpuMsOf(pid);
    if (now !== null && before !== null) quiet = now - before < IDLE_MS_PER_LOOK ? quiet + 1 : 0;
    before = now;
  }
};
