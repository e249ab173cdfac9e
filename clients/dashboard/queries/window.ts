// A long list by the part of it that is in sight: pages of it are loaded as they come into view, wherever one scrolls to.
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Input, OperationId, Output } from '../../sdk/index.ts';
import { useSession } from '../session/session.ts';
import { call } from './operations.ts';

const PAGE = 100;

type Page = { total: number };

/** Operations that answer pages. */
export type PagedId = {
  [Id in OperationId]: Output<Id> extends Page
    ? Input<Id> extends { page?: number; limit?: number }
      ? Id
      : never
    : never;
}[OperationId];

export type ListWindow<Id extends PagedId, Row> = {
  /** Null until the first page is there. */
  total: number | null;
  /** The newest page that came: for counts beside the rows. */
  page: Output<Id> | null;
  rowAt(index: number): Row | undefined;
  rows: Row[];
  show(first: number, last: number): void;
  error: unknown;
  retry(): void;
};

export const useWindow = <Id extends PagedId, Row>(
  id: Id,
  input: Input<Id>,
  rowsOf: (page: Output<Id>) => Row[],
): ListWindow<Id, Row> => {
  const { sdk, workspace } = useSession();
  const [range, setRange] = useState<[first: number, last: number]>([1, 1]);
  const known = useRef<Output<Id> | null>(null);
  const numbers = Array.from({ length: range[1] - range[0] + 1 }, (_, index) => range[0] + index);
  const results = useQueries({
    queries: numbers.map((page) => {
      const asked = { ...input, page, limit: PAGE } as Input<Id>;
      return {
        queryKey: [id, workspace.uid, asked],
        queryFn: ({ signal }: { signal: AbortSignal }) => call(sdk, id, asked, { signal }),
        ...(page === 1 && { placeholderData: keepPreviousData }),
      };
    }),
  });
  const pages = new Map<number, Row[]>();
  for (const [index, result] of results.entries()) {
    const data = result.data as Output<Id> | undefined;
    if (!data) continue;
    known.current = data;
    pages.set(numbers[index]!, rowsOf(data));
  }
  const failed = results.find(({ isError, data }) => isError && !data);
  return {
    total: known.current ? (known.current as Output<Id> & Page).total : null,
    page: known.current,
    rowAt: (index) => pages.get(Math.floor(index / PAGE) + 1)?.[index % PAGE],
    rows: [...pages.values()].flat(),
    show(first, last) {
      const next: [number, number] = [
        Math.floor(first / PAGE) + 1,
        Math.floor(Math.max(first, last) / PAGE) + 1,
      ];
      if (next[0] !== range[0] || next[1] !== range[1]) setRange(next);
    },
    error: failed?.error ?? null,
    retry: () => {
      for (const result of results) void result.refetch();
    },
  };
};
