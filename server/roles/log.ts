// The program's log: one line per thing worth knowing, for people on a terminal and for programs elsewhere.
import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config/config.ts';

/** Fields that must never be seen, whoever logs them by mistake. */
const redact = [
  'password',
  'app_password',
  'secret',
  'token',
  'api_key',
  'authorization',
  '*.password',
  '*.secret',
];

export const createLog = ({ format, level }: Config['log']): Logger => {
  const options = { level, redact, base: undefined };
  if (format === 'json') return pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime });
  return pino(
    options,
    pretty({ colorize: process.stdout.isTTY, translateTime: 'SYS:HH:MM:ss', singleLine: true, sync: true }),
  );
};
