// Which mailboxes an order asks for, from what was typed.
import { expect, test } from 'vitest';
import { byPattern, readPeople, readTable } from './wishes.ts';

test('everybody gets a mailbox on every domain, by the pattern', () => {
  const people = readPeople('Mara Voss\n\n  Zoë de la Cruz \n');
  expect(byPattern(people, ['a.com', 'b.com'], 'first.last').map(({ email }) => email)).toEqual([
    'mara.voss@a.com',
    'zoe.delacruz@a.com',
    'mara.voss@b.com',
    'zoe.delacruz@b.com',
  ]);
  expect(byPattern(people, ['a.com'], 'f.last')[0]?.email).toBe('m.voss@a.com');
});

test('a person of one name has an address all the same', () => {
  expect(byPattern(readPeople('Cher'), ['a.com'], 'first.last')[0]).toEqual({
    first_name: 'Cher',
    last_name: '',
    email: 'cher@a.com',
  });
});

test('a table is read with and without a heading, whatever parts its columns', () => {
  const wanted = [{ first_name: 'Mara', last_name: 'Voss', email: 'mara@a.com' }];
  expect(readTable('first_name,last_name,email\r\n"Mara","Voss",Mara@a.com\r\n')).toEqual(wanted);
  expect(readTable('Mara;Voss;mara@a.com')).toEqual(wanted);
  expect(readTable('Mara\tVoss\tmara@a.com')).toEqual(wanted);
});

test('a line without an address is named', () => {
  expect(() => readTable('Mara,Voss,mara@a.com\nZoe,Cruz,')).toThrow('Line 2');
});
