// So many connections that hand in message after message, each as soon as the one before was accepted.
import { inLanes } from '../lanes.ts';
import { type Address, LineClient } from './line-client.ts';

export type SmtpAccount = { email: string; secret: string };

export type SmtpLoad = Address & {
  connections: number;
  messages: number;
  sizeBytes: number;
  /** Of connection `index`. */
  sender: (index: number) => SmtpAccount | { email: string };
  recipient: (index: number) => string;
};

const REPLY_END = /^\d{3} .*\r\n/m;

/** Accepted messages a second: from the first MAIL to the last 250, after everyone has connected and signed in. */
export const acceptedPerS = async (load: SmtpLoad): Promise<number> => {
  const clients: LineClient[] = [];
  const signingIn = Array.from({ length: load.connections }, (_, index) => async () => {
    clients[index] = await signIn(load, index);
  });
  // A few at a time: what is measured comes after.
  await inLanes(signingIn, 5);
  let left = load.messages;
  const startedMs = performance.now();
  await Promise.all(
    clients.map(async (client, index) => {
      const { email } = load.sender(index);
      for (; left > 0; ) {
        left -= 1;
        await client.ask(`MAIL FROM:<${email}>`, /^250/, REPLY_END);
        await client.ask(`RCPT TO:<${load.recipient(index)}>`, /^250/, REPLY_END);
        await client.ask('DATA', /^354/, REPLY_END);
        await client.ask(messageOf(email, load.recipient(index), load.sizeBytes, left), /^250/, REPLY_END);
      }
    }),
  );
  const elapsedS = (performance.now() - startedMs) / 1000;
  for (const client of clients) client.close();
  return load.messages / elapsedS;
};

const signIn = async (load: SmtpLoad, index: number): Promise<LineClient> => {
  const client = await LineClient.open(load);
  await client.until(REPLY_END);
  await client.ask('EHLO bench.example', /^250/, REPLY_END);
  const sender = load.sender(index);
  if ('secret' in sender) {
    const response = Buffer.from(`\0${sender.email}\0${sender.secret}`).toString('base64');
    await client.ask(`AUTH PLAIN ${response}`, /^235/, REPLY_END);
  }
  return client;
};

const line = `${'All work and no play makes a dull mail. '.repeat(2).slice(0, 76)}\r\n`;

/** Ends in the line with the dot, but for its CRLF. */
const messageOf = (from: string, to: string, sizeBytes: number, number: number): string =>
  `From: <${from}>\r\nTo: <${to}>\r\nSubject: Message ${number}\r\nDate: Fri, 27 Nov 2026 20:00:00 +0000\r\n` +
  `Message-ID: <${number}.${Math.random()}@bench.example>\r\n\r\n${line.repeat(Math.ceil(sizeBytes / line.length))}.`;
