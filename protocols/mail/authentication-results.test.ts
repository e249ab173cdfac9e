// Proves that no spelling of our own name hides a forged verdict.
import { describe, expect, it } from 'vitest';
import { authservIdOf } from './authentication-results.ts';

describe('authservIdOf', () => {
  it.each([
    'mail.example; spf=pass',
    'MAIL.Example 1; none',
    'mail.example;spf=pass',
    ' mail.example ; none',
    '(note) mail.example; none',
    '(a (b) \\) c) mail.example; none',
    '"mail.example"; none',
    '"mail.exampl\\e"; none',
    'mail.example(comment); none',
    'mail.example',
  ])('reads %j as mail.example', (value) => {
    expect(authservIdOf(value)).toBe('mail.example');
  });

  it('reads other names as themselves and nothing as null', () => {
    expect(authservIdOf('mx.other.example; none')).toBe('mx.other.example');
    expect(authservIdOf('')).toBeNull();
    expect(authservIdOf('(only a comment')).toBeNull();
    expect(authservIdOf('; spf=pass')).toBeNull();
  });
});
