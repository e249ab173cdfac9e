// From the fields of an operation to flags of its command, and from what was typed to the operation's input.
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import type { CommandRow, Field } from './command-row.ts';

export const flagOf = (name: string): string => name.replaceAll('_', '-');

/** What commander calls the value of a flag. */
const attributeOf = (name: string): string =>
  flagOf(name).replace(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

const placeholder: Record<Field['kind'], string> = {
  string: '<text>',
  integer: '<number>',
  number: '<number>',
  boolean: '[true|false]',
  list: '<items>',
  json: '<json>',
};

export const optionFor = (field: Field): Option => {
  const option = new Option(`--${flagOf(field.name)} ${placeholder[field.kind]}`, describe(field));
  option.argParser((text: string, before: unknown) => readValue(field, text, before));
  if (field.kind === 'boolean') option.preset(true);
  return option;
};

const describe = ({ kind, description, choices, required }: Field): string => {
  const parts = [
    description,
    choices && `one of ${choices.join(', ')}`,
    kind === 'list' && 'several with commas, or the flag again',
    kind === 'json' && 'as JSON, or @file',
    required && 'required',
  ];
  return parts.filter(Boolean).join('; ');
};

const readValue = (field: Field, text: string | boolean, before: unknown): unknown => {
  if (typeof text === 'boolean') return text;
  switch (field.kind) {
    case 'string':
      return chosen(field, text);
    case 'list': {
      const items = text.split(',').map((item) => chosen(field, item.trim()));
      return Array.isArray(before) ? [...before, ...items] : items;
    }
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw new InvalidArgumentError('It is true or false.');
      return text === 'true';
    case 'integer':
    case 'number': {
      const number = Number(text);
      const isRight =
        text.trim() !== '' && (field.kind === 'integer' ? Number.isInteger(number) : !Number.isNaN(number));
      if (!isRight)
        throw new InvalidArgumentError(`It is ${field.kind === 'integer' ? 'a whole' : 'a'} number.`);
      return number;
    }
    case 'json':
      return jsonOf(text);
  }
};

const chosen = ({ choices }: Field, text: string): string => {
  if (choices && !choices.includes(text))
    throw new InvalidArgumentError(`It is one of ${choices.join(', ')}.`);
  return text;
};

/** `@file` reads one, `-` what comes in. */
export const jsonOf = (text: string): unknown => {
  const source = text === '-' ? 0 : text.startsWith('@') ? text.slice(1) : null;
  try {
    return JSON.parse(source === null ? text : readFileSync(source, 'utf8'));
  } catch (error) {
    throw new InvalidArgumentError(`It is no JSON: ${(error as Error).message}`);
  }
};

/** What `--input` says, and over it what single flags say. */
export const inputOf = (row: CommandRow, options: Record<string, unknown>): Record<string, unknown> => {
  const given = row.fields.flatMap(({ name }) => {
    const value = options[attributeOf(name)];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...(options.input as object | undefined), ...Object.fromEntries(given) };
};
