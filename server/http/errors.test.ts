// Error definitions: what can be declared, and how it is answered.
import { describe, expect, test } from 'vitest';
import { defineError, errorBody, listErrorDefinitions, notFound, plumbingErrors } from './errors.ts';

const taken = defineError({
  code: 'name_taken',
  status: 409,
  whatHappened: 'Taken.',
  whatToDo: 'Choose another.',
});

describe('errors', () => {
  test('an error of the application is answered with its code, its message and its extra fields', () => {
    expect(errorBody(taken('The name is taken', { name: 'x' }))).toEqual({
      error: true,
      code: 'name_taken',
      message: 'The name is taken',
      name: 'x',
    });
  });

  test('an error of the gateway is answered with its status as code and nothing else', () => {
    expect(errorBody(notFound('Not found'))).toEqual({ code: 404, message: 'Not found' });
  });

  test('extra fields cannot replace the code or the message', () => {
    const body = errorBody(taken('Taken', { code: 'other', error: false, message: 'fine' }));
    expect(body).toEqual({ error: true, code: 'name_taken', message: 'Taken' });
  });

  test('a code that is not snake_case and a status that is no failure are refused', () => {
    const rest = { whatHappened: '', whatToDo: '' };
    expect(() => defineError({ code: 'NameTaken', status: 409, ...rest })).toThrow('not snake_case');
    expect(() => defineError({ code: 'name_taken', status: 200, ...rest })).toThrow('expected 4xx or 5xx');
  });

  test('definitions are listed once, sorted, and never two under one code', () => {
    expect(listErrorDefinitions([taken, notFound, taken]).map(({ code }) => code)).toEqual([
      'name_taken',
      'not_found',
    ]);
    const other = defineError({ ...taken.definition });
    expect(() => listErrorDefinitions([taken, other])).toThrow('name_taken is defined twice');
  });

  test('the errors of the plumbing all say what happened and what to do', () => {
    for (const { whatHappened, whatToDo } of listErrorDefinitions(plumbingErrors)) {
      expect(whatHappened).toMatch(/\.$/);
      expect(whatToDo).toMatch(/\.$/);
    }
  });
});
