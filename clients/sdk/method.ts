// The type of a method of the client, made from the operation's entry in the contract.
import type { operations } from './generated/contract.ts';
import type { operationTable } from './generated/operations.ts';

export type OperationId = keyof operations & keyof typeof operationTable;

/** What can be said about one call. */
export type CallOptions = {
  /** The workspace to work in, instead of the client's. */
  workspaceId?: string;
  /**
   * Of a write: the same key and input give the same answer for 24 hours and happen once. Every call has a random one;
   * give your own to repeat a write safely after your program was restarted. Printable ASCII, at most 255 characters.
   */
  idempotencyKey?: string;
  /** Ends the call and every wait of it; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** How long one attempt may take, instead of the client's. */
  timeoutMs?: number;
};

type Fields<T> = [Exclude<T, undefined>] extends [never] ? object : Exclude<T, undefined>;
type JsonOf<T> = T extends { content: { 'application/json': infer Json } } ? Json : never;
type BodyOf<T> = T extends { requestBody?: infer Body } ? Fields<JsonOf<Exclude<Body, undefined>>> : object;
type Flat<T> = { [Key in keyof T]: T[Key] };

// Looked up and not computed: for an operation that is not known yet, the intersection would be one of three unions,
// and so of every path with every query with every body.
type Inputs = {
  [Id in OperationId]: Flat<
    Fields<operations[Id]['parameters']['path']> &
      Fields<operations[Id]['parameters']['query']> &
      BodyOf<operations[Id]>
  >;
};

/** Everything an operation takes, from its path, its query and its body, as one object. */
export type Input<Id extends OperationId> = Inputs[Id];

type Responses<Id extends OperationId> = operations[Id]['responses'][keyof operations[Id]['responses']];
type Json<Id extends OperationId> = JsonOf<Responses<Id>>;

/** What an operation answers: its JSON, or the whole `Response` where it only ever answers a file. */
export type Output<Id extends OperationId> = [Json<Id>] extends [never] ? Response : Json<Id>;

type Table = typeof operationTable;
type RowsField<Id extends OperationId> = Table[Id] extends { rows: infer Field } ? Field : never;

/** One row of a list; of the stream of events, one event. */
export type Row<Id extends OperationId> = Table[Id] extends { reads: 'stream' }
  ? Row<'events.list'>
  : RowsField<Id> extends keyof Output<Id>
    ? Output<Id>[RowsField<Id>] extends readonly (infer One)[]
      ? One
      : never
    : never;

type Arguments<Id extends OperationId> =
  Record<never, never> extends Input<Id>
    ? [input?: Input<Id>, options?: CallOptions]
    : [input: Input<Id>, options?: CallOptions];

type ListMethods<Id extends OperationId> = Table[Id] extends { reads: infer Reads }
  ? {
      /** Every row, over all pages, from the place that the input names. */
      each(...args: Arguments<Id>): AsyncGenerator<Row<Id>, void, undefined>;
    } & (Reads extends 'stream'
      ? unknown
      : {
          /** Every page, with everything the list answers beside its rows. */
          pages(...args: Arguments<Id>): AsyncGenerator<Output<Id>, void, undefined>;
        })
  : unknown;

type FileTypes<Id extends OperationId> =
  Responses<Id> extends infer Each
    ? Each extends { content: infer Content }
      ? Exclude<keyof Content, 'application/json'>
      : never
    : never;

type FileMethods<Id extends OperationId> = [FileTypes<Id>] extends [never]
  ? unknown
  : {
      /** The answer as it came, for a file: `await (await sdk.invoices.get.file({ uid, format: 'pdf' })).blob()`. */
      file(...args: Arguments<Id>): Promise<Response>;
    };

export type Method<Id extends OperationId> = ((...args: Arguments<Id>) => Promise<Output<Id>>) &
  ListMethods<Id> &
  FileMethods<Id>;
