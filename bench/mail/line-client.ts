// A client of line protocols that does next to nothing itself, so that the load is the server's.
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export type Address = {
  port: number /** Certificate to trust; without it the connection is plain. */;
  ca?: string;
};

/** Names are not checked: the peers show the same certificate. */
const tlsOptions = (ca: string) => ({
  ca,
  servername: 'mail.inboxkit.localhost',
  checkServerIdentity: () => undefined,
});

export class LineClient {
  readonly #socket: Socket;
  #received = '';
  #waiting: { pattern: RegExp; resolve: (text: string) => void; reject: (error: Error) => void } | undefined;
  #ended: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.setNoDelay(true);
    socket.on('data', (text: string) => {
      this.#received += text;
      this.#look();
    });
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new Error('the server has closed the connection')));
  }

  static async open({ port, ca }: Address): Promise<LineClient> {
    const to = { host: '127.0.0.1', port };
    const socket = ca === undefined ? connectPlain(to) : connectTls({ ...to, ...tlsOptions(ca) });
    const client = new LineClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once(ca === undefined ? 'connect' : 'secureConnect', () => resolve());
      socket.once('error', reject);
    });
    return client;
  }

  send(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  /** What has come up to the end of `pattern`, which is taken off. */
  until(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting = { pattern, resolve, reject };
      this.#look();
      if (this.#waiting && this.#ended) reject(this.#ended);
    });
  }

  /** Sends a line and expects an answer that matches. @throws Error with the answer when it does not. */
  async ask(line: string, expected: RegExp, end: RegExp): Promise<string> {
    this.send(`${line}\r\n`);
    const answer = await this.until(end);
    if (!expected.test(answer)) throw new Error(`"${line.slice(0, 60)}" was answered: ${answer}`);
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  #look(): void {
    const match = this.#waiting?.pattern.exec(this.#received);
    if (!match) return;
    const end = match.index + match[0].length;
    const text = this.#received.slice(0, end);
    this.#received = this.#received.slice(end);
    const { resolve } = this.#waiting!;
    this.#waiting = undefined;
    resolve(text);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#waiting?.reject(this.#ended);
    this.#waiting = undefined;
  }
}
