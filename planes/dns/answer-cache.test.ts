// The cache of compiled answers, and that no answer outlives the zones it was made from.
import { expect, test } from 'vitest';
import { AnswerCache, type CachedAnswer } from './answer-cache.ts';
import { Responder } from './responder.ts';
import { decodeResponse, encodeQuery } from './testing/ask.ts';
import { recordingLog } from './testing/plane.ts';
import { record, tableOf, zoneOf } from './testing/zones.ts';

const answer = (): CachedAnswer => ({ response: Buffer.alloc(1), rcode: 0, zones: [], generation: 0 });

test('never holds more than its capacity, and keeps what is used', () => {
  const cache = new AnswerCache(100);
  const used = answer();
  cache.set('used', used);
  for (let index = 0; index < 1000; index += 1) {
    cache.set(`random ${index}`, answer());
    expect(cache.size).toBeLessThanOrEqual(100);
    expect(cache.get('used', 0)).toBe(used);
  }
  expect(cache.get('random 0', 0)).toBeUndefined();
  expect(cache.get('random 999', 0)).toBeDefined();
});

const A = (name: string, address: string) => record(name, 'A', address);

test('an answer changes with every zone it was made from, and with zones that come and go', () => {
  const alias = record('www.one.example', 'CNAME', 'two.example.');
  const table = tableOf(
    zoneOf('one.example', [alias]),
    zoneOf('two.example', [A('two.example', '192.0.2.1')]),
  );
  const responder = new Responder(table, recordingLog().log);
  const ask = () => {
    const query = encodeQuery({ name: 'www.one.example', type: 'A' });
    return decodeResponse(responder.respond(query, 'udp')!);
  };
  const last = () => ask().answers.at(-1);

  expect(last()).toBe('two.example 300 A 192.0.2.1');
  table.put(zoneOf('two.example', [A('two.example', '192.0.2.2')], 2));
  expect(last()).toBe('two.example 300 A 192.0.2.2');
  table.put(zoneOf('www.one.example', [A('www.one.example', '192.0.2.3')]));
  expect(last()).toBe('www.one.example 300 A 192.0.2.3');
  table.remove('www.one.example');
  table.remove('two.example');
  expect(last()).toBe('www.one.example 300 CNAME two.example.');
  table.remove('one.example');
  expect(ask().rcode).toBe('REFUSED');
});

test('a response handed out is not the one that is kept', () => {
  const table = tableOf(zoneOf('one.example', [A('one.example', '192.0.2.1')]));
  const responder = new Responder(table, recordingLog().log);
  const query = encodeQuery({ name: 'one.example', type: 'A' });
  for (let round = 0; round < 3; round += 1) {
    const response = responder.respond(query, 'udp')!;
    expect(decodeResponse(response).answers).toEqual(['one.example 300 A 192.0.2.1']);
    response.fill(0);
  }
});
