// Asking one server, whatever that server does.
import dnsPacket from 'dns-packet';
import { afterEach, expect, test } from 'vitest';
import { dnsAnswer, startDnsServer } from '../../testing/dns-server.ts';
import { NoAnswer, queryServer } from './query.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const serve = async (...answering: Parameters<typeof startDnsServer>) => {
  const server = await startDnsServer(...answering);
  closing.push(server.close);
  return server;
};
const answer = (query: Buffer, address: string, changes: object = {}): Buffer =>
  dnsAnswer(query, {
    answers: [{ name: 'a.example', type: 'A', ttl: 60, data: address }],
    ...changes,
  });
const question = { name: 'a.example', type: 'A' };
const seen = async (...input: Parameters<typeof queryServer>) =>
  (await queryServer(...input)).answers.map(({ data }) => data);

test('the answer is taken, and what others send in between is not', async () => {
  const server = await serve((query) => [
    Buffer.from('nonsense'),
    answer(query, '192.0.2.66', { id: (dnsPacket.decode(query).id! + 1) % 0x10000 }),
    answer(query, '192.0.2.67', { questions: [{ name: 'b.example', type: 'A' }] }),
    answer(query, '192.0.2.1'),
  ]);
  expect(await seen(server, question)).toEqual([{ type: 'A', address: '192.0.2.1' }]);
});

test('an answer that was cut short is asked for again over TCP', async () => {
  const server = await serve(
    (query) => [answer(query, '192.0.2.66', { flags: dnsPacket.TRUNCATED_RESPONSE })],
    (query) => [answer(query, '192.0.2.1')],
  );
  expect(await seen(server, question)).toEqual([{ type: 'A', address: '192.0.2.1' }]);
});

test('a query that got lost is sent again', async () => {
  let queries = 0;
  const server = await serve((query) => {
    queries += 1;
    return queries === 1 ? [] : [answer(query, '192.0.2.1')];
  });
  expect(await seen(server, question, { timeoutMs: 100 })).toHaveLength(1);
});

test('recursion is asked of resolvers only', async () => {
  const wishes: boolean[] = [];
  const server = await serve((query) => {
    wishes.push((dnsPacket.decode(query) as dnsPacket.DecodedPacket).flag_rd);
    return [answer(query, '192.0.2.1')];
  });
  await queryServer(server, question);
  await queryServer(server, question, { recursionDesired: true });
  expect(wishes).toEqual([false, true]);
});

test('silence, closed ports and nonsense are told apart', async () => {
  const silent = await serve(() => []);
  await expect(queryServer(silent, question, { timeoutMs: 50 })).rejects.toThrow(
    new NoAnswer('did not answer within 0.05 s'),
  );
  const cut = (query: Buffer) => [answer(query, '192.0.2.66', { flags: dnsPacket.TRUNCATED_RESPONSE })];
  await expect(queryServer(await serve(cut), question)).rejects.toThrow('closed the connection');
  const nonsense = await serve(cut, () => [Buffer.from('nonsense')]);
  await expect(queryServer(nonsense, question)).rejects.toThrow('answered something else');
  const gone = await serve(() => []);
  for (const close of closing.splice(0)) close();
  await expect(queryServer(gone, question)).rejects.toThrow('refused the connection');
});

test('more questions than sockets wait their turn, and all are answered', async () => {
  const server = await serve((query) => [answer(query, '192.0.2.1')]);
  const answers = await Promise.all(Array.from({ length: 300 }, () => seen(server, question)));
  expect(answers.flat()).toHaveLength(300);
});
