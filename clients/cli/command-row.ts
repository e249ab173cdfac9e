// What the command line knows about an operation; the rows are generated from the contract.

export type FieldKind = 'string' | 'integer' | 'number' | 'boolean' | 'list' | 'json';

export type Field = {
  /** As in the contract, snake_case. */
  name: string;
  kind: FieldKind;
  required: boolean;
  description: string;
  /** The values it may have, where they are few. */
  choices?: readonly string[];
};

export type CommandRow = {
  /** `<noun>.<verb>`, as in docs/operations.md. */
  operation: string;
  summary: string;
  description: string;
  /** Whether it spends credits and can say the price beforehand. */
  priced?: boolean;
  /** Of a list: which field of the answer has its rows. */
  rows?: string;
  /** Whether a list can be read to its end. */
  pages?: boolean;
  /** Whether it answers a file: always, or when a format is asked for. */
  file?: 'always' | 'on request';
  stream?: boolean;
  fields: readonly Field[];
};
