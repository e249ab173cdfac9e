// The store of compiled answers, and that no answer outlives the zones it was made from.
import { expect, test } from 'vitest';
import { AnswerStore, type KeptAnswer } from './answer-store.ts';
import { type Query, readQuery } from './query.ts';
import { responderFor } from './responder.ts';
import { decodeResponse, encodeQuery } from './testing/ask.ts';
import { recordingLog } from './testing/plane.ts';
import { record, tableOf, zoneOf } from './testing/zones.ts';
import { ZoneStamps } from './zone-stamps.ts';

/** Reads the query, which is then the one the store is asked about. */
const about = (name: string, edns?: { dnssecOk?: boolean }): Query =>
  readQuery(encodeQuery({ name, type: 'A', ...(edns ? { edns } : {}) })) as Query;

/** Whatever the zones are. */
const kept = (response: Buffer, rcode = 0): KeptAnswer => ({
  response,
  rcode,
  basis: new ZoneStamps().basisOf([]),
});

test('a flood of names does not grow it, and does not cost what is asked for meanwhile', () => {
  const store = new AnswerStore(new ZoneStamps(), 16 * 1024);
  store.set(about('used.example'), kept(Buffer.from('used'), 0));
  for (let index = 0; index < 2000; index += 1) {
    store.set(about(`random-${index}.example`), kept(Buffer.alloc(100), 0));
    expect(store.copy(store.find(about('used.example'))).toString()).toBe('used');
  }
  expect(store.find(about('random-0.example'))).toBe(-1);
  expect(store.find(about('random-1999.example'))).toBeGreaterThan(0);
});

test('what is asked with EDNS, without it and with the DO bit are three answers', () => {
  const store = new AnswerStore(new ZoneStamps());
  for (const [index, edns] of [undefined, {}, { dnssecOk: true }].entries()) {
    expect(store.find(about('one.example', edns))).toBe(-1);
    store.set(about('one.example', edns), kept(Buffer.alloc(index + 1), index));
    expect(store.length(store.find(about('ONE.example', edns)))).toBe(index + 1);
  }
});

test('questions of one hash do not get each other’s answers, however many there are', () => {
  const store = new AnswerStore(new ZoneStamps());
  const colliding = (index: number): Query => Object.assign(about(`name-${index}.example`), { hash: 7 });
  for (let index = 0; index < 100; index += 1) store.set(colliding(index), kept(Buffer.from([index]), 0));
  let found = 0;
  for (let index = 0; index < 100; index += 1) {
    const at = store.find(colliding(index));
    if (at < 0) continue;
    found += 1;
    expect(store.copy(at)[0]).toBe(index);
  }
  expect(found).toBeGreaterThan(10);
});

const A = (name: string, address: string) => record(name, 'A', address);

test('an answer changes with every zone it was made from, and with zones that come and go', () => {
  const alias = record('www.one.example', 'CNAME', 'two.example.');
  const table = tableOf(
    zoneOf('one.example', [alias]),
    zoneOf('two.example', [A('two.example', '192.0.2.1')]),
  );
  const responder = responderFor(table, recordingLog().log).responder;
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
  const responder = responderFor(table, recordingLog().log).responder;
  const query = encodeQuery({ name: 'one.example', type: 'A' });
  for (let round = 0; round < 3; round += 1) {
    const response = responder.respond(query, 'udp')!;
    expect(decodeResponse(response).answers).toEqual(['one.example 300 A 192.0.2.1']);
    response.fill(0);
  }
});
