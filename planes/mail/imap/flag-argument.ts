// Flags as arguments.
import { systemFlags } from '../store/keywords.ts';
import type { CommandParser } from './parser.ts';
import { BadCommand } from './replies.ts';

const settable = new Set(systemFlags.map((flag) => flag.toLowerCase()));
const longestKeyword = 200;

/** `(\Seen keyword …)`, possibly empty. */
export const readFlags = (parser: CommandParser): string[] => parser.listOrEmpty(() => readFlag(parser));

/** A flag that a client may set: one of the five of the system (not \Recent), or a keyword. */
export const readFlag = (parser: CommandParser): string => {
  const flag = parser.flag();
  if (flag.startsWith('\\') && !settable.has(flag.toLowerCase())) throw new BadCommand('Unknown system flag');
  if (flag.length > longestKeyword) throw new BadCommand('The keyword is too long');
  return flag;
};
