// Every command, when it may be given, and who carries it out (RFC 9051 §6).
import { append } from './append-command.ts';
import { fetchMessages } from './fetch-command.ts';
import {
  close,
  createFolder,
  deleteFolder,
  examine,
  folderStatus,
  renameFolder,
  select,
  subscribe,
  unselect,
  unsubscribe,
} from './folder-commands.ts';
import { idle } from './idle-command.ts';
import { list, lsub } from './list-command.ts';
import type { CommandParser } from './parser.ts';
import { getQuota, getQuotaRoot, setQuota } from './quota-commands.ts';
import { BadCommand, type Reply } from './replies.ts';
import { searchMessages, sortMessages } from './search-command.ts';
import type { Session } from './session.ts';
import { capability, enable, id, logout, namespace, noop, startTls } from './session-commands.ts';
import { authenticate, login } from './sign-in.ts';
import { storeFlags } from './store-command.ts';
import { threadMessages } from './thread-command.ts';
import { copyMessages, expunge, moveMessages, uidExpunge } from './transfer-commands.ts';

/** Answers the tagged response, or null when it was sent already. */
export type CommandRun = (session: Session, parser: CommandParser, tag: string) => Promise<Reply | null>;

export type Command = {
  state: 'any' | 'guest' | 'signedIn' | 'selected';
  run: CommandRun;
  /** Message numbers must not change while it runs: EXPUNGE waits (RFC 9051 §7.5.1). */
  withholdsExpunges?: boolean;
  /** A missing folder is one that the client could create. */
  mayCreate?: boolean;
};

const commands = new Map<string, Command>(
  Object.entries({
    CAPABILITY: { state: 'any', run: capability },
    NOOP: { state: 'any', run: noop },
    LOGOUT: { state: 'any', run: logout },
    ID: { state: 'any', run: id },
    STARTTLS: { state: 'guest', run: startTls },
    LOGIN: { state: 'guest', run: login },
    AUTHENTICATE: { state: 'guest', run: authenticate },
    ENABLE: { state: 'signedIn', run: enable },
    NAMESPACE: { state: 'signedIn', run: namespace },
    IDLE: { state: 'signedIn', run: idle },
    SELECT: { state: 'signedIn', run: select },
    EXAMINE: { state: 'signedIn', run: examine },
    CREATE: { state: 'signedIn', run: createFolder },
    DELETE: { state: 'signedIn', run: deleteFolder },
    RENAME: { state: 'signedIn', run: renameFolder },
    SUBSCRIBE: { state: 'signedIn', run: subscribe },
    UNSUBSCRIBE: { state: 'signedIn', run: unsubscribe },
    LIST: { state: 'signedIn', run: list },
    LSUB: { state: 'signedIn', run: lsub },
    STATUS: { state: 'signedIn', run: folderStatus },
    APPEND: { state: 'signedIn', run: append, mayCreate: true },
    GETQUOTA: { state: 'signedIn', run: getQuota },
    GETQUOTAROOT: { state: 'signedIn', run: getQuotaRoot },
    SETQUOTA: { state: 'signedIn', run: setQuota },
    CHECK: { state: 'selected', run: noop },
    CLOSE: { state: 'selected', run: close },
    UNSELECT: { state: 'selected', run: unselect },
    EXPUNGE: { state: 'selected', run: expunge },
    'UID EXPUNGE': { state: 'selected', run: uidExpunge },
    SEARCH: { state: 'selected', run: searchMessages(false), withholdsExpunges: true },
    'UID SEARCH': { state: 'selected', run: searchMessages(true) },
    SORT: { state: 'selected', run: sortMessages(false), withholdsExpunges: true },
    'UID SORT': { state: 'selected', run: sortMessages(true) },
    THREAD: { state: 'selected', run: threadMessages(false), withholdsExpunges: true },
    'UID THREAD': { state: 'selected', run: threadMessages(true) },
    FETCH: { state: 'selected', run: fetchMessages(false), withholdsExpunges: true },
    'UID FETCH': { state: 'selected', run: fetchMessages(true) },
    STORE: { state: 'selected', run: storeFlags(false), withholdsExpunges: true },
    'UID STORE': { state: 'selected', run: storeFlags(true) },
    COPY: { state: 'selected', run: copyMessages(false), mayCreate: true },
    'UID COPY': { state: 'selected', run: copyMessages(true), mayCreate: true },
    MOVE: { state: 'selected', run: moveMessages(false), mayCreate: true },
    'UID MOVE': { state: 'selected', run: moveMessages(true), mayCreate: true },
  } satisfies Record<string, Command>),
);

/** Reads the name of a command; its arguments come next. */
export const commandNamed = (parser: CommandParser): Command => {
  let name = parser.keyword();
  if (name === 'UID') {
    parser.space();
    name = `UID ${parser.keyword()}`;
  }
  const command = commands.get(name);
  if (!command) throw new BadCommand('Unknown command');
  return command;
};
