// What a setting is: data that the loader reads, the documentation prints and a wrong value is explained from.
import type { z } from 'zod';

/** How the text of an environment variable becomes a value; `label` is what documentation and errors call it. */
export type ValueType<T> = { label: string; schema: z.ZodType<T, string> };

export type Variable<T> = {
  name: string;
  type: ValueType<unknown>;
  /** As one would write it in the environment; null when unset is a state of its own (the value is then null). */
  default: string | null;
  /** Shown instead of the default where the default depends on something, e.g. on the HTTP port. */
  defaultText?: string;
  /** One paragraph: what it decides, and what happens at the edges. */
  doc: string;
  example: string;
  /** A secret's text never appears in an error, a log or the documentation. */
  secret?: boolean;
  parse(text: string): Parsed<T>;
};

export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string };

export type VariableSet = Record<string, Variable<unknown>>;

export type ValuesOf<S extends VariableSet> = { [K in keyof S]: S[K] extends Variable<infer T> ? T : never };

/** A concern's variables and what the documentation says above them. */
export type Section<S extends VariableSet = VariableSet> = { title: string; intro: string; variables: S };

type Declaration<T> = {
  name: string;
  type: ValueType<T>;
  doc: string;
  example: string;
  secret?: boolean;
  defaultText?: string;
};

function parserOf<T>(type: ValueType<T>) {
  return (text: string): Parsed<T> => {
    const result = type.schema.safeParse(text);
    if (result.success) return { ok: true, value: result.data };
    // The first issue is enough: a variable holds one value, so one fix.
    return { ok: false, problem: result.error.issues[0]?.message ?? `must be ${type.label}` };
  };
}

/** A setting that always has a value. */
export function variable<T>(declaration: Declaration<T> & { default: string }): Variable<T> {
  return { ...declaration, parse: parserOf(declaration.type) };
}

/** A setting that may stay unset; its value is then null. */
export function optionalVariable<T>(declaration: Declaration<T>): Variable<T | null> {
  return { ...declaration, default: null, parse: parserOf(declaration.type) };
}

export function defineSection<S extends VariableSet>(section: Section<S>): Section<S> {
  return section;
}
