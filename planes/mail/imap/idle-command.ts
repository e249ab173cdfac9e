// IDLE (RFC 9051 §6.3.13): the client listens, the server tells what happens as it happens.
import type { CommandRun } from './command-table.ts';
import { BadCommand, CommandRefused, ok } from './replies.ts';

const doneBytes = 1024;

export const idle: CommandRun = async (session, parser) => {
  parser.end();
  const { connection } = session;
  session.write('+ idling');
  const done = connection.readLine(doneBytes);
  // Rejected while this waits for something else, it must not count as unhandled.
  done.catch(() => {});
  for (;;) {
    const woken = session.woken();
    // After `woken` listens, so that nothing is missed between reading and waiting.
    await session.announceChanges(true);
    await connection.flush();
    const line = await Promise.race([done, woken]);
    if (session.stopping) throw new CommandRefused('The server is going away');
    if (line === undefined) continue;
    if (line === null) await connection.skipLine();
    if (line?.toUpperCase() !== 'DONE') throw new BadCommand('Expected DONE');
    return ok('IDLE completed');
  }
};
