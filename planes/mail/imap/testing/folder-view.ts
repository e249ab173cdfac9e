// What a client knows of its selected folder from the untagged responses alone, and every way in which a server can
// contradict what it said before (RFC 3501 §5.2, §7; RFC 7162 §3.1). For tests.

export type KnownMessage = {
  /** 0 until the client has been told. */
  uid: number;
  /** Null until the client has been told. \Recent is not among them. */
  flags: Set<string> | null;
  modseq: number;
};

/** What all clients of one mailbox have to agree on, and no server may change. */
export type SharedFacts = {
  /** UID to the client that was shown it as \Recent. */
  recentAt: Map<number, number>;
  /** UID to everything about the message that cannot change. */
  contents: Map<number, string>;
  /** UIDs that somebody was told are gone. */
  expunged: Set<number>;
};

export const noFacts = (): SharedFacts => ({ recentAt: new Map(), contents: new Map(), expunged: new Set() });

/** Commands during which message numbers must not change (RFC 3501 §7.4.1). */
const keepsNumbers = /^(FETCH|STORE|SEARCH|SORT|THREAD) /i;

export class FolderView {
  readonly messages: KnownMessage[] = [];
  readonly #client: number;
  readonly #facts: SharedFacts;
  #keywords = new Set<string>();
  #recent = 0;

  constructor(client: number, facts: SharedFacts) {
    this.#client = client;
    this.#facts = facts;
  }

  get size(): number {
    return this.messages.length;
  }

  get recent(): number {
    return this.#recent;
  }

  /** Takes in the answer to `command`. @throws when it contradicts what was known. */
  apply(command: string, untagged: readonly string[], tagged = 'OK'): void {
    if (tagged.startsWith('OK')) this.#storedSilently(command, tagged);
    for (const line of untagged) {
      try {
        this.#applyLine(command, line);
      } catch (error) {
        throw new Error(`client ${this.#client}, ${command.slice(0, 200)}: ${line.slice(0, 300)}: ${error}`);
      }
    }
    if (this.#recent > this.size) throw new Error(`${this.#recent} of ${this.size} messages are recent`);
  }

  // A client that asks not to be told of its own change makes it itself; what others changed meanwhile is told.
  #storedSilently(command: string, tagged: string) {
    const [, uid, set, mode, list] =
      /^(UID )?STORE ([\d:,*]+) (?:\(UNCHANGEDSINCE \d+\) )?([+-]?)FLAGS\.SILENT \(([^)]*)\)/.exec(command) ??
      [];
    if (list === undefined) return;
    const flags = list.split(' ').filter(Boolean);
    const left = / \[MODIFIED ([\d:,]+)\]/.exec(tagged)?.[1];
    for (const [index, message] of this.messages.entries()) {
      const number = uid ? message.uid : index + 1;
      if (message.flags === null || !isIn(set!, number) || (left && isIn(left, number))) continue;
      if (mode === '') message.flags = new Set(flags);
      for (const flag of flags) {
        if (mode === '-') message.flags.delete(flag);
        else message.flags.add(flag);
      }
    }
  }

  #applyLine(command: string, line: string) {
    const [, numberText, kind] = /^\* (\d+) (EXISTS|EXPUNGE|RECENT|FETCH)\b/.exec(line) ?? [];
    const number = Number(numberText);
    if (kind === 'EXISTS') {
      if (number < this.size) throw new Error(`there were ${this.size}`);
      while (this.size < number) this.messages.push({ uid: 0, flags: null, modseq: 0 });
    } else if (kind === 'RECENT') this.#recent = number;
    else if (kind === 'EXPUNGE') {
      if (keepsNumbers.test(command)) throw new Error('numbers are in use');
      if (number < 1 || number > this.size) throw new Error(`there are ${this.size}`);
      const [gone] = this.messages.splice(number - 1, 1);
      if (gone!.uid > 0) this.#facts.expunged.add(gone!.uid);
    } else if (kind === 'FETCH') this.#fetch(number, line);
    else if (line.startsWith('* VANISHED ')) this.#vanish(command, line.split(' ').at(-1)!);
    else if (line.startsWith('* FLAGS (')) {
      const listed = new Set(words(line));
      for (const keyword of this.#keywords)
        if (!listed.has(keyword)) throw new Error(`${keyword} is missing`);
      this.#keywords = listed;
    } else if (line.startsWith('* SEARCH')) {
      for (const found of line
        .replace(/\(MODSEQ.*/, '')
        .split(' ')
        .slice(2)
        .map(Number)) {
        if (!/^UID/i.test(command) && !(found >= 1 && found <= this.size)) throw new Error(`no ${found}`);
      }
    }
  }

  #vanish(command: string, set: string) {
    if (keepsNumbers.test(command)) throw new Error('numbers are in use');
    for (const part of set.split(',')) {
      const [low, high = low] = part.split(':').map(Number) as [number, number?];
      for (let uid = low; uid <= high!; uid++) {
        const known = this.messages.findIndex((message) => message.uid === uid);
        const at = known === -1 ? this.#unknownAt(uid) : known;
        if (at === -1) throw new Error(`there is no UID ${uid}`);
        this.messages.splice(at, 1);
        this.#facts.expunged.add(uid);
      }
    }
  }

  // Of the messages whose UIDs the client has not been told of, one that may have this UID.
  #unknownAt(uid: number): number {
    return this.messages.findIndex((message, at) => {
      const before = this.messages.slice(0, at).findLast((other) => other.uid > 0);
      const after = this.messages.slice(at).find((other) => other.uid > 0);
      return message.uid === 0 && (before?.uid ?? 0) < uid && (after?.uid ?? Infinity) > uid;
    });
  }

  #fetch(number: number, line: string) {
    const message = this.messages[number - 1];
    if (!message) throw new Error(`there are ${this.size}`);
    const uid = Number(/[( ]UID (\d+)/.exec(line)?.[1] ?? 0);
    if (uid > 0) this.#learnUid(message, number, uid);
    const flagsText = /[( ]FLAGS \(([^)]*)\)/.exec(line)?.[1];
    if (flagsText !== undefined) this.#learnFlags(message, flagsText.split(' ').filter(Boolean));
    const modseq = Number(/[( ]MODSEQ \((\d+)\)/.exec(line)?.[1] ?? 0);
    if (modseq > 0 && modseq < message.modseq) throw new Error(`mod-sequence fell from ${message.modseq}`);
    if (modseq > 0) message.modseq = modseq;
    const content = /BODY\[HEADER\.FIELDS \(Subject\)\] \{\d+\}\r\n([\s\S]*?)\r\n\r\n/.exec(line)?.[1];
    if (content !== undefined && message.uid > 0) {
      const known = this.#facts.contents.get(message.uid) ?? content;
      this.#facts.contents.set(message.uid, known);
      if (known !== content) throw new Error(`UID ${message.uid} was ${known}`);
    }
  }

  #learnUid(message: KnownMessage, number: number, uid: number) {
    if (message.uid > 0 && message.uid !== uid) throw new Error(`it was UID ${message.uid}`);
    message.uid = uid;
    const before = this.messages.slice(0, number - 1).findLast((other) => other.uid > 0);
    const after = this.messages.slice(number).find((other) => other.uid > 0);
    if (before && before.uid >= uid) throw new Error(`after UID ${before.uid}`);
    if (after && after.uid <= uid) throw new Error(`before UID ${after.uid}`);
  }

  #learnFlags(message: KnownMessage, flags: string[]) {
    for (const flag of flags) {
      if (!flag.startsWith('\\') && !this.#keywords.has(flag)) throw new Error(`${flag} was never announced`);
    }
    message.flags = new Set(flags.filter((flag) => flag !== '\\Recent'));
    if (!flags.includes('\\Recent') || message.uid === 0) return;
    const owner = this.#facts.recentAt.get(message.uid) ?? this.#client;
    this.#facts.recentAt.set(message.uid, owner);
    if (owner !== this.#client) throw new Error(`client ${owner} was shown it as recent`);
  }
}

const isIn = (set: string, number: number): boolean =>
  set.split(',').some((part) => {
    const [a, b = a] = part.split(':').map((text) => (text === '*' ? Infinity : Number(text))) as [
      number,
      number?,
    ];
    return number >= Math.min(a, b!) && number <= Math.max(a, b!);
  });

const words = (line: string): string[] => line.slice(line.indexOf('(') + 1, line.lastIndexOf(')')).split(' ');
