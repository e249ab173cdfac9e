// Operations as queries and mutations: by name, typed by the contract, cached by workspace and input.
import {
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { toast } from 'sonner';
import {
  type CallOptions,
  type InboxKit,
  type Input,
  isRefusal,
  type OperationId,
  type Output,
} from '../../sdk/index.ts';
import { askWhoIsSignedIn, leave, useSession } from '../session/session.ts';
import { messageOf } from '../ui/states.tsx';

const noticeEnd = (error: unknown): void => {
  if (isRefusal(error, 'unauthorized')) leave();
  if (isRefusal(error, 'csrf_token_invalid')) askWhoIsSignedIn();
};

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  mutationCache: new MutationCache({ onError: noticeEnd }),
  defaultOptions: {
    // The client repeats by itself; a second layer would only double the waits.
    queries: { retry: false, staleTime: 15_000, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
});

const camelCase = (name: string) =>
  name.replace(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

type Call = (input: unknown, options?: CallOptions) => Promise<unknown>;

/** `mailboxes.buy` of the client. */
export const call = <Id extends OperationId>(
  sdk: InboxKit,
  id: Id,
  input: Input<Id>,
  options?: CallOptions,
): Promise<Output<Id>> => {
  const [group = '', verb = ''] = id.split('.').map(camelCase);
  const method = (sdk as unknown as Record<string, Record<string, Call>>)[group]![verb]!;
  return method(input, options) as Promise<Output<Id>>;
};

type ReadOptions = {
  enabled?: boolean;
  /** Milliseconds; for what no event tells of. */
  refetchInterval?: number | false;
  /** Shows what was there while the next is loaded. */
  keep?: boolean;
  staleTime?: number;
};

/** What pages need of a query. The library's own type is a union of its states, too large over every operation. */
export type Reading<Id extends OperationId> = {
  data: Output<Id> | undefined;
  error: unknown;
  isFetching: boolean;
  refetch(): Promise<unknown>;
};

/** The server checks what is asked for: as a type, what any operation may take is too large to be inferred from. */
export const useRead = <Id extends OperationId>(
  id: Id,
  input: object = {},
  { keep, ...options }: ReadOptions = {},
): Reading<Id> => {
  const { sdk, workspace } = useSession();
  return useQuery({
    queryKey: [id, workspace.uid, input],
    queryFn: ({ signal }) => call(sdk, id, input as never, { signal }),
    ...(keep && { placeholderData: keepPreviousData }),
    ...options,
  }) as unknown as Reading<Id>;
};

type WriteOptions<Id extends OperationId> = {
  /** Said when it is done; the server's own words by default, null for nothing. */
  done?: string | null | ((answer: Output<Id>) => string);
  /** Where the place that calls it shows what went wrong. */
  quiet?: boolean;
};

/** What pages need of a mutation, for the same reason. */
export type Writing<Id extends OperationId> = {
  mutate(input: Input<Id>, then?: { onSuccess?(answer: Output<Id>): void }): void;
  mutateAsync(input: Input<Id>): Promise<Output<Id>>;
  reset(): void;
  data: Output<Id> | undefined;
  variables: Input<Id> | undefined;
  error: unknown;
  isPending: boolean;
  isSuccess: boolean;
  isError: boolean;
};

export const useWrite = <Id extends OperationId>(
  id: Id,
  { done, quiet }: WriteOptions<Id> = {},
): Writing<Id> => {
  const { sdk } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: Input<Id>) => call(sdk, id, input),
    onSuccess: (answer) => {
      void client.invalidateQueries();
      const said = typeof done === 'function' ? done(answer) : done;
      if (said !== null) toast.success(said ?? (answer as { message?: string }).message ?? 'Done');
    },
    onError: (error) => {
      if (!quiet) toast.error(messageOf(error));
    },
  }) as unknown as Writing<Id>;
};
