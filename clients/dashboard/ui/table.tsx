// Tables of any length: a row for everything that fits, of which only those in sight exist.
import {
  createColumnHelper,
  type RowSelectionState,
  rowSelectionFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, ArrowUpDown } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import type { ListWindow, PagedId } from '../queries/window.ts';
import { cn } from './cn.ts';
import { Checkbox } from './field.tsx';
import { count } from './format.tsx';
import { Failure, Loading, Skeleton } from './states.tsx';

const ROW_PX = 38;

export type Column<Row, Field extends string = string> = {
  id: string;
  name: string;
  cell(row: Row): ReactNode;
  /** Width and when it is shown: `w-32 hidden md:table-cell`. */
  className?: string;
  /** The field that the server sorts by, where it can. */
  sort?: Field;
};

export type Selection = { chosen: RowSelectionState; choose(next: RowSelectionState): void };

/** By which field, falling with a minus in front; undefined for the order in which the server answers. */
export type Sorting = { sort: string | undefined; onSort(sort: string | undefined): void };

/** What an address says, if a column can be sorted so. */
export const sortOf = <Row, Field extends string>(
  columns: readonly Column<Row, Field>[],
  said: string | undefined,
): Field | `-${Field}` | undefined =>
  columns
    .flatMap(({ sort }): (Field | `-${Field}`)[] => (sort ? [sort, `-${sort}`] : []))
    .find((sort) => sort === said);

type DataTableProps<Id extends PagedId, Row> = {
  label: string;
  list: ListWindow<Id, Row>;
  columns: readonly Column<Row>[];
  nameOf(row: Row): string;
  selection?: Selection;
  sorting?: Sorting;
  /** In place of the rows, when there is none. */
  empty: ReactNode;
};

const features = tableFeatures({ rowSelectionFeature });

export const DataTable = <Id extends PagedId, Row extends { uid: string }>({
  label,
  list,
  columns,
  nameOf,
  selection,
  sorting,
  empty,
}: DataTableProps<Id, Row>) => {
  const scroller = useRef<HTMLDivElement>(null);
  const definitions = useMemo(() => {
    const helper = createColumnHelper<typeof features, Row>();
    return columns.map((column) =>
      helper.display({
        id: column.id,
        header: () => column.name,
        cell: ({ row }) => column.cell(row.original),
      }),
    );
  }, [columns]);
  const columnOf = new Map(columns.map((column) => [column.id, column]));
  const table = useTable({
    features,
    columns: definitions,
    data: list.rows,
    getRowId: (row: Row) => row.uid,
    state: { rowSelection: selection?.chosen ?? {} },
    onRowSelectionChange: (update) =>
      selection?.choose(typeof update === 'function' ? update(selection.chosen) : update),
  });
  const virtual = useVirtualizer({
    count: list.total ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const { show } = list;
  useEffect(() => show(first, last), [show, first, last]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: in another order the row in the middle is another one
  useEffect(() => {
    // Newer browsers answer a promise, which must not be taken for what ends the effect.
    scroller.current?.scrollTo({ top: 0 });
  }, [sorting?.sort]);

  if (list.error && list.total === null) return <Failure error={list.error} onRetry={list.retry} />;
  if (list.total === null) return <Loading rows={10} />;
  if (list.total === 0) return empty;

  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const loaded = new Map(table.getRowModel().rows.map((row) => [row.id, row]));
  const allChosen = list.rows.length > 0 && list.rows.every(({ uid }) => selection?.chosen[uid]);
  const span = columns.length + (selection ? 1 : 0);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section ref={scroller} tabIndex={0} aria-label={label} className="h-full min-h-0 overflow-auto">
      <table className="w-full table-fixed border-separate border-spacing-0" aria-rowcount={list.total + 1}>
        <thead className="sticky top-0 z-10 bg-surface">
          <tr aria-rowindex={1}>
            {selection && (
              <th scope="col" className="w-10 border-line border-b pl-4 text-left">
                <Checkbox
                  aria-label={`Choose the ${count(list.rows.length)} loaded rows`}
                  checked={allChosen}
                  onChange={() =>
                    selection.choose(
                      allChosen ? {} : Object.fromEntries(list.rows.map(({ uid }) => [uid, true] as const)),
                    )
                  }
                />
              </th>
            )}
            {table.getHeaderGroups()[0]?.headers.map((header) => {
              const { className, sort: field } = columnOf.get(header.column.id)!;
              const order = field === undefined || !sorting ? undefined : orderOf(field, sorting.sort);
              return (
                <th
                  key={header.id}
                  scope="col"
                  aria-sort={order}
                  className={cn(
                    'h-9 truncate border-line border-b px-3 text-left font-medium text-2xs text-ink-soft',
                    className,
                  )}
                >
                  {!sorting || field === undefined || order === undefined ? (
                    <table.FlexRender header={header} />
                  ) : (
                    <SortButton order={order} onClick={() => sorting.onSort(sortAfter(field, order))}>
                      <table.FlexRender header={header} />
                    </SortButton>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <Gap px={above} span={span} />}
          {items.map(({ index }) => {
            const data = list.rowAt(index);
            const row = data && loaded.get(data.uid);
            if (!data || !row) {
              return (
                <tr key={`empty ${index}`} aria-rowindex={index + 2} style={{ height: ROW_PX }}>
                  <td colSpan={span} className="border-line border-b px-3">
                    <Skeleton className="h-4" />
                  </td>
                </tr>
              );
            }
            return (
              <tr
                key={row.id}
                aria-rowindex={index + 2}
                data-chosen={row.getIsSelected() || undefined}
                style={{ height: ROW_PX }}
                className="group hover:bg-sunken/60 data-chosen:bg-accent-soft"
              >
                {selection && (
                  <td className="border-line border-b pl-4">
                    <Checkbox
                      aria-label={`Choose ${nameOf(data)}`}
                      checked={row.getIsSelected()}
                      onChange={row.getToggleSelectedHandler()}
                    />
                  </td>
                )}
                {row.getAllCells().map((cell) => (
                  <td
                    key={cell.id}
                    className={cn(
                      'truncate border-line border-b px-3',
                      columnOf.get(cell.column.id)?.className,
                    )}
                  >
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            );
          })}
          {below > 0 && <Gap px={below} span={span} />}
        </tbody>
      </table>
    </section>
  );
};

type Order = 'none' | 'ascending' | 'descending';

const orderOf = (field: string, sort: string | undefined): Order =>
  sort === field ? 'ascending' : sort === `-${field}` ? 'descending' : 'none';

/** Rising, falling, then as it was. */
const sortAfter = (field: string, order: Order): string | undefined =>
  order === 'none' ? field : order === 'ascending' ? `-${field}` : undefined;

const arrows = { none: ArrowUpDown, ascending: ArrowUp, descending: ArrowDown };

const SortButton = ({ order, onClick, children }: { order: Order; onClick(): void; children: ReactNode }) => {
  const Arrow = arrows[order];
  return (
    <button
      type="button"
      onClick={onClick}
      className={cn(
        'group/sort -mx-1 inline-flex max-w-full items-center gap-1 rounded px-1 py-0.5 hover:text-ink',
        order !== 'none' && 'text-ink',
      )}
    >
      <span className="truncate">{children}</span>
      <Arrow
        aria-hidden
        className={cn(
          'size-3 shrink-0',
          order === 'none' && 'opacity-40 group-hover/sort:opacity-100 group-focus-visible/sort:opacity-100',
        )}
      />
    </button>
  );
};

const Gap = ({ px, span }: { px: number; span: number }) => (
  <tr aria-hidden style={{ height: px }}>
    <td colSpan={span} />
  </tr>
);

/** A short table that is shown whole. */
export const PlainTable = ({
  label,
  head,
  children,
}: {
  label: string;
  head: readonly { name: string; className?: string }[];
  children: ReactNode;
}) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
  <section className="overflow-x-auto" tabIndex={0} aria-label={label}>
    <table className="w-full border-separate border-spacing-0">
      <thead>
        <tr>
          {head.map(({ name, className }) => (
            <th
              key={name}
              scope="col"
              className={cn(
                'h-8 whitespace-nowrap border-line border-b px-3 text-left font-medium text-2xs text-ink-soft first:pl-4 last:pr-4',
                className,
              )}
            >
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="[&_td]:border-line [&_td]:border-b [&_td]:px-3 [&_td]:py-2 [&_td:first-child]:pl-4 [&_td:last-child]:pr-4 [&_tr:last-child_td]:border-b-0">
        {children}
      </tbody>
    </table>
  </section>
);
