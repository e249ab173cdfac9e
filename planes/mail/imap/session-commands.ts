// Commands about the connection itself (RFC 9051 §6.1, §6.2.1; ID RFC 2971; ENABLE RFC 5161; NAMESPACE RFC 2342).
import { quotedString } from '../message/imap-string.ts';
import { levelSeparator } from '../store/folder.ts';
import type { CommandRun } from './command-table.ts';
import { BadCommand, formatReply, ok } from './replies.ts';

export const capability: CommandRun = async (session, parser) => {
  parser.end();
  session.write(`* CAPABILITY ${session.capabilities()}`);
  return ok('CAPABILITY completed');
};

export const noop: CommandRun = async (_session, parser) => {
  parser.end();
  return ok('Completed');
};

export const logout: CommandRun = async (session, parser) => {
  parser.end();
  session.bye('Logging out');
  return ok('LOGOUT completed');
};

export const id: CommandRun = async (session, parser) => {
  parser.space();
  // What the client says of itself changes nothing.
  if (!parser.take('NIL')) {
    parser.listOrEmpty(() => {
      parser.string();
      parser.space();
      parser.nstring();
    });
  }
  parser.end();
  session.write(`* ID ("name" "InboxKit")`);
  return ok('ID completed');
};

export const startTls: CommandRun = async (session, parser, tag) => {
  parser.end();
  const { connection, plane } = session;
  if (connection.secure) throw new BadCommand('TLS is on already');
  connection.write(formatReply(tag, ok('Begin TLS negotiation now')));
  await connection.startTls(plane.secureContext);
  return null;
};

export const enable: CommandRun = async (session, parser) => {
  const wanted: string[] = [];
  while (parser.take(' ')) wanted.push(parser.keyword());
  parser.end();
  if (wanted.length === 0) throw new BadCommand('Nothing to enable');
  const enabled = ['CONDSTORE', 'QRESYNC'].filter((extension) => wanted.includes(extension));
  session.write(['* ENABLED', ...enabled].join(' '));
  if (enabled.length > 0) session.enableCondstore();
  if (enabled.includes('QRESYNC')) session.qresync = true;
  return ok('ENABLE completed');
};

export const namespace: CommandRun = async (session, parser) => {
  parser.end();
  session.write(`* NAMESPACE (("" ${quotedString(levelSeparator)})) NIL NIL`);
  return ok('NAMESPACE completed');
};
