// Speaks IMAP octet by octet, for tests of what no well-behaved client sends.
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

export type Answer = {
  /** Untagged responses and continuations, literals included, without the last line break. */
  untagged: string[];
  /** The tagged response without its tag. */
  tagged: string;
};

export class RawClient {
  #socket: net.Socket;
  #received = '';
  #closed = false;
  #wake: (() => void) | undefined;
  #tags = 0;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    this.#attach();
  }

  static async connect(port: number, secure: boolean): Promise<RawClient> {
    const socket = secure
      ? tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
      : net.connect({ host: '127.0.0.1', port });
    const client = new RawClient(socket);
    await once(socket, secure ? 'secureConnect' : 'connect');
    return client;
  }

  #attach() {
    const socket = this.#socket;
    socket.on('data', (chunk) => {
      this.#received += chunk.toString('latin1');
      this.#wake?.();
    });
    const close = () => {
      if (socket !== this.#socket) return;
      this.#closed = true;
      this.#wake?.();
    };
    socket.on('close', close);
    socket.on('error', close);
  }

  async #more(): Promise<void> {
    if (this.#closed)
      throw new Error(`the server closed the connection after ${JSON.stringify(this.#received)}`);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** One response with its literals, without the line break at its end. */
  async response(): Promise<string> {
    let searchFrom = 0;
    for (;;) {
      const end = this.#received.indexOf('\r\n', searchFrom);
      if (end === -1) {
        await this.#more();
        continue;
      }
      const literal = /\{(\d+)\}$/.exec(this.#received.slice(searchFrom, end));
      if (!literal) {
        const response = this.#received.slice(0, end);
        this.#received = this.#received.slice(end + 2);
        return response;
      }
      searchFrom = end + 2 + Number(literal[1]);
      while (this.#received.length < searchFrom) await this.#more();
    }
  }

  greeting(): Promise<string> {
    return this.response();
  }

  send(data: string | Buffer): void {
    this.#socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
  }

  /** Sends a command under a fresh tag and collects everything up to its tagged response. */
  async command(text: string | Buffer): Promise<Answer> {
    const tag = `t${++this.#tags}`;
    this.send(
      Buffer.concat([Buffer.from(`${tag} `), Buffer.from(text as string, 'latin1'), Buffer.from('\r\n')]),
    );
    return this.answer(tag);
  }

  async answer(tag: string): Promise<Answer> {
    const untagged: string[] = [];
    for (;;) {
      const response = await this.response();
      if (response.startsWith(`${tag} `)) return { untagged, tagged: response.slice(tag.length + 1) };
      untagged.push(response);
    }
  }

  /** A command that has to succeed; answers its untagged responses. */
  async ok(text: string | Buffer): Promise<string[]> {
    const { untagged, tagged } = await this.command(text);
    if (!tagged.startsWith('OK')) throw new Error(`${text} was answered ${tagged}`);
    return untagged;
  }

  /** OK, NO or BAD. */
  async status(text: string | Buffer): Promise<string> {
    return (await this.command(text)).tagged.split(' ')[0]!;
  }

  async append(folder: string, raw: Buffer, flags = ''): Promise<void> {
    const head = `APPEND "${folder}" ${flags ? `(${flags}) ` : ''}{${raw.length}+}\r\n`;
    await this.ok(Buffer.concat([Buffer.from(head), raw]));
  }

  async startTls(): Promise<void> {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    this.#socket = tls.connect({ socket: plain, rejectUnauthorized: false });
    this.#attach();
    await once(this.#socket, 'secureConnect');
  }

  /** Resolves with what came last once the server has closed the connection. */
  async ended(): Promise<string> {
    while (!this.#closed) await this.#more();
    return this.#received;
  }

  close(): void {
    this.#socket.destroy();
  }
}
