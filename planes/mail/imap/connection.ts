// The bytes of one client: lines and literals in, with limits; text out, with backpressure; TLS over both.
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';

/** The client is gone; ends the session without an answer. */
export class ConnectionClosed extends Error {}

const LF = 10;
const CR = 13;

// Beyond this a client that does not wait for answers has to.
const mostBufferedBytes = 64 * 1024;
const flushBytes = 32 * 1024;

/**
 * One reader and one writer at a time: the session. Reading stops at the socket while nobody asks for more, and
 * writing waits for the client, so that neither side can fill the memory.
 */
export class Connection {
  #socket: Socket;
  readonly #raw: Socket;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #wake: (() => void) | undefined;
  #drained: (() => void) | undefined;
  #idle: { ms: number; listener: () => void } | undefined;
  #closed = false;
  readonly #onClose: (() => void)[] = [];
  readonly remoteAddress: string;

  constructor(socket: Socket, remoteAddress = socket.remoteAddress ?? '') {
    this.#socket = socket;
    this.#raw = socket;
    this.remoteAddress = remoteAddress;
    socket.setNoDelay(true);
    this.#attach();
  }

  get secure(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  get closed(): boolean {
    return this.#closed;
  }

  #attach() {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received.push(chunk);
      this.#receivedBytes += chunk.length;
      if (this.#receivedBytes > mostBufferedBytes && !this.#wake) socket.pause();
      this.#signal();
    });
    socket.on('drain', () => this.#drained?.());
    if (this.#idle) socket.setTimeout(this.#idle.ms, this.#idle.listener);
    const close = () => {
      if (socket === this.#socket) this.#end();
    };
    // The reason does not matter: the session ends either way, and its commands are answered by nobody.
    socket.on('error', close);
    socket.on('close', close);
    socket.on('end', close);
  }

  #signal() {
    this.#wake?.();
    this.#wake = undefined;
  }

  #end() {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal();
    this.#drained?.();
    for (const listener of this.#onClose) listener();
  }

  /** Calls back once when the connection is lost. */
  onClose(listener: () => void): void {
    this.#onClose.push(listener);
  }

  /** Calls back after `ms` without a byte in either direction. */
  onIdle(ms: number, listener: () => void): void {
    if (this.#idle) this.#socket.off('timeout', this.#idle.listener);
    this.#idle = { ms, listener };
    this.#socket.setTimeout(ms, listener);
  }

  async #more(): Promise<void> {
    if (this.#closed) throw new ConnectionClosed();
    const arrived = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#socket.isPaused()) this.#socket.resume();
    await arrived;
  }

  /** A line without its line break, one character per octet; null when it is longer than `limitBytes`. */
  async readLine(limitBytes: number): Promise<string | null> {
    let searched = 0;
    for (;;) {
      // One buffer to search in; at most limitBytes are copied again and again.
      if (this.#received.length > 1) this.#received = [Buffer.concat(this.#received)];
      const buffer = this.#received[0];
      const newline = buffer ? buffer.indexOf(LF, searched) : -1;
      if (newline !== -1) {
        if (newline > limitBytes) return null;
        const end = newline > 0 && buffer![newline - 1] === CR ? newline - 1 : newline;
        const line = buffer!.toString('latin1', 0, end);
        this.#consume(newline + 1);
        return line;
      }
      searched = this.#receivedBytes;
      if (searched > limitBytes) return null;
      await this.#more();
    }
  }

  /** Exactly `bytes` octets. */
  async readBytes(bytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    await this.#takeBytes(bytes, (part) => parts.push(part));
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** Drops `bytes` octets without keeping them. */
  async skipBytes(bytes: number): Promise<void> {
    await this.#takeBytes(bytes, () => {});
  }

  /** Drops everything up to the end of the line, however long. */
  async skipLine(): Promise<void> {
    for (;;) {
      const chunk = this.#received[0];
      const newline = chunk ? chunk.indexOf(LF) : -1;
      if (newline !== -1) return this.#consume(newline + 1);
      if (chunk) this.#consume(chunk.length);
      else await this.#more();
    }
  }

  async #takeBytes(bytes: number, take: (part: Buffer) => void) {
    let left = bytes;
    while (left > 0) {
      const chunk = this.#received[0];
      if (!chunk) {
        await this.#more();
        continue;
      }
      const part = chunk.subarray(0, left);
      take(part);
      left -= part.length;
      this.#consume(part.length);
    }
  }

  // Only ever reaches into the first chunk.
  #consume(bytes: number) {
    const rest = this.#received[0]!.subarray(bytes);
    if (rest.length > 0) this.#received[0] = rest;
    else this.#received.shift();
    this.#receivedBytes -= bytes;
  }

  /** Text with one character per octet. Kept until `flush`, or until enough has come together. */
  write(data: string | Buffer): void {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
  }

  /** Sends when enough has come together; waits while the client does not keep up. */
  async flushIfMuch(): Promise<void> {
    if (this.#pendingBytes >= flushBytes) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#closed) throw new ConnectionClosed();
    if (this.#pendingBytes === 0) return;
    const data = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    const socket = this.#socket;
    if (socket.write(data)) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
    this.#drained = undefined;
    if (this.#closed) throw new ConnectionClosed();
  }

  /**
   * Starts TLS. What the client sent in the clear after STARTTLS is dropped: it may be someone else's
   * (RFC 9051 §6.2.1).
   */
  async startTls(secureContext: SecureContext): Promise<void> {
    await this.flush();
    this.#raw.removeAllListeners('data');
    this.#raw.removeAllListeners('timeout');
    this.#raw.setTimeout(0); // from here on only the TLS socket sees bytes pass
    this.#received = [];
    this.#receivedBytes = 0;
    const secured = new TLSSocket(this.#raw, { isServer: true, secureContext });
    this.#socket = secured;
    this.#attach();
    await new Promise<void>((resolve, reject) => {
      secured.once('secure', resolve);
      this.onClose(() => reject(new ConnectionClosed()));
    });
  }

  /** Sends what is pending and says goodbye to the socket. */
  async end(): Promise<void> {
    if (!this.#closed) {
      await Promise.race([
        this.flush().catch(() => {}),
        new Promise((resolve) => setTimeout(resolve, 1000).unref()),
      ]);
      this.#socket.end();
      this.#end();
    }
    // A client that never closes its side must not keep the socket.
    const socket = this.#socket;
    const timer = setTimeout(() => socket.destroy(), 2000).unref();
    socket.once('close', () => clearTimeout(timer));
  }

  destroy(): void {
    this.#socket.destroy();
    this.#raw.destroy();
    this.#end();
  }
}
