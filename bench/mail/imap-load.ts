// Sessions of a mail program, and connections that idle.
import { type Address, LineClient } from './line-client.ts';
import type { SmtpAccount } from './smtp-load.ts';

export const SESSION =
  'TLS, LOGIN, SELECT INBOX, FETCH 1:* (UID FLAGS ENVELOPE), FETCH the last message whole, LOGOUT';

const done = (tag: string) => new RegExp(`^${tag} .*\\r\\n`, 'm');

const ask = (client: LineClient, tag: string, command: string) =>
  client.ask(`${tag} ${command}`, new RegExp(`^${tag} OK`, 'm'), done(tag));

const open = async (address: Address, { email, secret }: SmtpAccount): Promise<LineClient> => {
  const client = await LineClient.open(address);
  await client.until(/^\* OK .*\r\n/m);
  await ask(client, 'a', `LOGIN "${email}" "${secret}"`);
  return client;
};

/** Sessions a second of so many clients, each with its next session as soon as it has left. */
export const sessionsPerS = async (
  address: Address,
  accounts: readonly SmtpAccount[],
  { clients, durationS, messages }: { clients: number; durationS: number; messages: number },
): Promise<number> => {
  const startedMs = performance.now();
  const endMs = startedMs + durationS * 1000;
  let sessions = 0;
  const lane = async (first: number) => {
    for (let index = first; performance.now() < endMs; index += clients) {
      const client = await open(address, accounts[index % accounts.length]!);
      const selected = await ask(client, 'b', 'SELECT INBOX');
      if (!selected.includes(`* ${messages} EXISTS`))
        throw new Error(`there are other messages: ${selected}`);
      await ask(client, 'c', 'FETCH 1:* (UID FLAGS ENVELOPE)');
      await ask(client, 'd', `FETCH ${messages} (BODY.PEEK[])`);
      await ask(client, 'e', 'LOGOUT');
      client.close();
      sessions += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => lane(index)));
  return sessions / ((performance.now() - startedMs) / 1000);
};

/** Puts the same messages into the INBOX of every account. */
export const fillInboxes = async (
  address: Address,
  accounts: readonly SmtpAccount[],
  messages: number,
  sizeBytes: number,
): Promise<void> => {
  for (const account of accounts) {
    const client = await open(address, account);
    for (let number = 0; number < messages; number += 1) {
      const text = messageText(number, sizeBytes);
      client.send(`a APPEND INBOX {${text.length}}\r\n`);
      await client.until(/^\+.*\r\n/m);
      await client.ask(text, /^a OK/m, done('a'));
    }
    client.close();
  }
};

const messageText = (number: number, sizeBytes: number): string =>
  `From: Ada <ada@example.org>\r\nTo: b@example.org\r\nSubject: Message ${number}\r\n` +
  `Date: Fri, 27 Nov 2026 20:00:00 +0000\r\nMessage-ID: <${number}@bench.example>\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(Math.ceil(sizeBytes / 72))}`;

/** Opens so many connections that idle in the INBOX, spread over the accounts. */
export const openIdle = async (
  address: Address,
  accounts: readonly SmtpAccount[],
  count: number,
): Promise<LineClient[]> => {
  const clients: LineClient[] = [];
  const lane = async () => {
    while (clients.length < count) {
      const place = clients.push(undefined as never) - 1;
      const client = await open(address, accounts[place % accounts.length]!);
      await ask(client, 'b', 'SELECT INBOX');
      client.send('c IDLE\r\n');
      await client.until(/^\+.*\r\n/m);
      clients[place] = client;
    }
  };
  await Promise.all(Array.from({ length: 10 }, lane));
  return clients;
};

/** From the last byte of an APPEND to the moment when the slowest of those that idle in that INBOX has heard of it. */
export const pushMs = async (
  address: Address,
  account: SmtpAccount,
  idling: readonly LineClient[],
): Promise<number> => {
  const told = Promise.all(idling.map((client) => client.until(/^\* \d+ EXISTS\r\n/m)));
  const client = await open(address, account);
  const text = messageText(0, 1000);
  client.send(`a APPEND INBOX {${text.length}}\r\n`);
  await client.until(/^\+.*\r\n/m);
  const startedMs = performance.now();
  // The literal and the end of the command: from here on the server can store it.
  client.send(`${text}\r\n`);
  await told;
  const elapsedMs = performance.now() - startedMs;
  client.close();
  return elapsedMs;
};
