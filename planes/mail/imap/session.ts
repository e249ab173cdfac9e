// One client's conversation: reads a command, carries it out, says what changed meanwhile, answers; until the end.
import type { SecureContext } from 'node:tls';
import type { Logger } from 'pino';
import type { Db } from '../../../database/database.ts';
import type { LoginAttempt } from '../login.ts';
import type { ByteBudget } from './byte-budget.ts';
import { capabilities } from './capabilities.ts';
import { readCommand, writeFault } from './command-reader.ts';
import { commandNamed } from './command-table.ts';
import { type Connection, ConnectionClosed } from './connection.ts';
import type { ImapLimits } from './limits.ts';
import { CommandParser, type CommandText } from './parser.ts';
import { BadCommand, formatReply, isDatabaseAway, type Reply, replyForError } from './replies.ts';
import { catchUp, FolderGone, type SelectedFolder } from './selected-folder.ts';

export type Account = {
  id: string;
  address: string;
  loginVersion: number;
  /** Of the access token signed in with; it has to stay good. */
  tokenHash: Buffer | null;
};

/** What all sessions of a process share. */
export type ImapPlane = {
  db: Db;
  log: Logger;
  limits: ImapLimits;
  receiving: ByteBudget;
  authenticate: (attempt: LoginAttempt) => Promise<Account | null>;
  secureContext: SecureContext;
  /** False when the mailbox has as many sessions as it may have. */
  admit(session: Session, account: Account): boolean;
  watch(session: Session, folderId: string): void;
  unwatch(session: Session, folderId: string): void;
};

/**
 * The state of RFC 9051 §3 is in two fields: no account is "not authenticated", an account "authenticated", a folder
 * "selected". Commands run one after the other; what a client sends ahead waits on its socket.
 */
export class Session {
  readonly plane: ImapPlane;
  readonly connection: Connection;
  account: Account | null = null;
  /** CONDSTORE is on: every FETCH response shows mod-sequences (RFC 7162 §3.1). */
  condstore = false;
  /** QRESYNC is on: removals are told by UID (RFC 7162 §3.2.3). */
  qresync = false;
  failedLogins = 0;
  #folder: SelectedFolder | null = null;
  /** BYE has been said: nothing is read any more. */
  #ended = false;
  /** BYE has to be said, with this text, as soon as no command is running. */
  #farewell: string | null = null;
  /** Reading a command: the one time at which something may be written from outside. */
  #waiting = false;
  #faults = 0;
  /** Set while IDLE waits. */
  #woken: (() => void) | undefined;

  constructor(plane: ImapPlane, connection: Connection) {
    this.plane = plane;
    this.connection = connection;
  }

  get folder(): SelectedFolder | null {
    return this.#folder;
  }

  /** The mailbox signed in to. Commands that need one run in no other state. */
  get mailboxId(): string {
    if (!this.account) throw new BadCommand('Not signed in');
    return this.account.id;
  }

  /** The selected folder. Commands that need one run in no other state. */
  get selected(): SelectedFolder {
    if (!this.#folder) throw new BadCommand('No mailbox is selected');
    return this.#folder;
  }

  /** Resolves when the conversation is over. Never rejects. */
  async run(): Promise<void> {
    const { connection, plane } = this;
    const { limits, log } = plane;
    const deadline = setTimeout(() => {
      if (!this.account) this.#idledOut();
    }, limits.guestTimeoutMs);
    try {
      this.write(`* OK [CAPABILITY ${this.capabilities()}] InboxKit ready`);
      await connection.flush();
      while (!this.#ended) {
        if (this.#farewell !== null) {
          this.write(`* BYE ${this.#farewell}`);
          break;
        }
        await this.#next();
      }
    } catch (error) {
      if (error instanceof FolderGone) this.write('* BYE The selected mailbox is gone');
      else if (!(error instanceof ConnectionClosed)) {
        log.error({ err: error, address: this.account?.address }, 'imap: session failed');
        this.write('* BYE Something went wrong');
      }
    } finally {
      clearTimeout(deadline);
      this.unselect();
      await connection.end();
    }
  }

  async #next(): Promise<void> {
    const { connection, plane } = this;
    this.#waiting = true;
    const { limits, receiving } = plane;
    const command = await readCommand(connection, limits, this.account !== null, receiving);
    this.#waiting = false;
    if (!command) {
      this.bye('The command is too big');
      return;
    }
    if (command.fault) {
      writeFault(connection, command);
      this.#countFault();
    } else {
      try {
        await this.#execute(command.text);
      } finally {
        command.release();
      }
    }
    await connection.flush();
  }

  async #execute(text: CommandText): Promise<void> {
    const parser = new CommandParser(text);
    const tag = parser.tag();
    if (!tag || !parser.take(' ')) {
      this.write('* BAD The tag is missing');
      this.#countFault();
      return;
    }
    let reply: Reply | null;
    let mayCreate = false;
    let mayExpunge = true;
    try {
      const command = commandNamed(parser);
      mayCreate = command.mayCreate === true;
      mayExpunge = command.withholdsExpunges !== true;
      this.#requireState(command.state);
      reply = await command.run(this, parser, tag);
      this.#faults = 0;
    } catch (error) {
      reply = this.#replyFor(error, mayCreate);
    }
    // Before the tagged response, so that the client knows the folder's state when its command is done; but after
    // LOGOUT nothing but its own responses may follow.
    if (this.#folder && !this.#ended) await this.announceChanges(mayExpunge);
    if (reply) this.connection.write(formatReply(tag, reply));
  }

  // A command in the wrong state is BAD, not NO: RFC 9051 §3.
  #requireState(state: 'any' | 'guest' | 'signedIn' | 'selected') {
    if (state === 'guest' && this.account) throw new BadCommand('Already signed in');
    if (state === 'signedIn' && !this.account) throw new BadCommand('Sign in first');
    if (state === 'selected' && !this.#folder) throw new BadCommand('No mailbox is selected');
  }

  #replyFor(error: unknown, mayCreate: boolean): Reply {
    if (error instanceof ConnectionClosed || error instanceof FolderGone) throw error;
    const { reply, trouble } = replyForError(error, mayCreate);
    const details = { err: error, address: this.account?.address };
    if (trouble === 'bug') this.plane.log.error(details, 'imap: command failed');
    if (trouble === 'away') this.plane.log.warn(details, 'imap: cannot reach the mail store');
    if (reply.status === 'BAD') this.#countFault();
    return reply;
  }

  // Something that is not a mail client, or one that lost its place in the protocol.
  #countFault() {
    this.#faults++;
    if (this.#faults >= this.plane.limits.faultsInRow) this.bye('Too many commands that make no sense');
  }

  /** What may be done now; changes with TLS and with signing in, and is told anew after both. */
  capabilities(): string {
    const { connection, account, plane } = this;
    return capabilities({ secure: connection.secure, signedIn: account !== null }, plane.limits);
  }

  /** A line, one character per octet, without its line break. Sent with the next flush. */
  write(line: string): void {
    this.connection.write(`${line}\r\n`);
  }

  /** Ends the conversation once the running command is answered. */
  bye(text: string): void {
    this.write(`* BYE ${text}`);
    this.#ended = true;
  }

  /** Ends the conversation from outside: at once when the client is silent, after its command otherwise. */
  stop(text: string): void {
    this.#farewell ??= text;
    this.#woken?.();
    if (!this.#waiting) return;
    this.write(`* BYE ${text}`);
    void this.connection.end();
  }

  /** From here on the connection may be silent for as long as RFC 9051 §5.4 grants it. */
  signedIn(account: Account): void {
    this.account = account;
    this.connection.onIdle(this.plane.limits.idleTimeoutMs, () => this.#idledOut());
  }

  // Not waiting for a command means waiting for the client to read: then BYE would not be read either.
  #idledOut() {
    if (this.#waiting || this.#woken) this.stop('Idle for too long');
    else this.connection.destroy();
  }

  /** Puts the session in the selected state; it is woken when the folder changes. */
  select(folder: SelectedFolder): void {
    this.unselect();
    this.#folder = folder;
    this.plane.watch(this, folder.id);
  }

  unselect(): void {
    if (this.#folder) this.plane.unwatch(this, this.#folder.id);
    this.#folder = null;
  }

  /** From now on mod-sequences are shown; the client learns where they stand (RFC 7162 §3.1.2.1). */
  enableCondstore(): void {
    if (!this.condstore && this.#folder) {
      this.write(`* OK [HIGHESTMODSEQ ${this.#folder.modseq}] Mod-sequences are shown`);
    }
    this.condstore = true;
  }

  /** Says what others did to the selected folder. A database that is away delays that, and nothing else. */
  async announceChanges(expunges: boolean): Promise<void> {
    if (!this.#folder) return;
    try {
      const { condstore, qresync } = this;
      const lines = await catchUp(this.plane.db, this.#folder, { expunges, condstore, qresync });
      for (const line of lines) this.write(line);
    } catch (error) {
      if (error instanceof FolderGone) throw error;
      const level = isDatabaseAway(error) ? 'warn' : 'error';
      this.plane.log[level]({ err: error }, 'imap: cannot read changes');
    }
  }

  /** The selected folder may have changed. Matters to IDLE; any other command looks by itself. */
  wake(): void {
    this.#woken?.();
  }

  /** Resolves at the next `wake` or `stop`. */
  async woken(): Promise<void> {
    if (this.#farewell !== null) return;
    await new Promise<void>((resolve) => {
      this.#woken = resolve;
    });
    this.#woken = undefined;
  }

  get stopping(): boolean {
    return this.#farewell !== null;
  }
}
