// The frame of a page that is one long table: search, filter, what is chosen, and the table filling the rest.
import { Search, X } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { useRead } from '../queries/operations.ts';
import type { ListSearch } from '../routes.tsx';
import { words } from './badge.tsx';
import { Button } from './button.tsx';
import { PageHeader } from './card.tsx';
import { Input, Select } from './field.tsx';
import { count } from './format.tsx';

const SETTLE_MS = 250;

const SearchField = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange(value: string): void;
}) => {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <div className="relative min-w-40 flex-1 sm:max-w-72">
      <Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-soft" aria-hidden />
      <Input
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="pl-8"
      />
    </div>
  );
};

type Controls = {
  /** What the list is cut to. */
  search: ListSearch;
  isCut: boolean;
  cut(next: Partial<Record<keyof ListSearch, string | undefined>>): void;
  showAll(): void;
  chosen: Record<string, true>;
  choose(chosen: Record<string, true>): void;
  uids: string[];
  clear(): void;
};

/** What such a page remembers: the cut in its address, so that it can be sent to somebody, and what is chosen. */
export const useListControls = (
  search: ListSearch,
  navigate: (to: { search: ListSearch; replace: true }) => unknown,
): Controls => {
  const [chosen, choose] = useState<Record<string, true>>({});
  const { q, status, tag, sort } = search;
  const cut = useCallback(
    (next: Partial<Record<keyof ListSearch, string | undefined>>) => {
      const all = Object.entries({ q, status, tag, sort, ...next }).filter(([, value]) => value);
      void navigate({ search: Object.fromEntries(all), replace: true });
    },
    [q, status, tag, sort, navigate],
  );
  return {
    search,
    isCut: Boolean(q || status || tag),
    cut,
    showAll: () => void navigate({ search: sort ? { sort } : {}, replace: true }),
    chosen,
    choose,
    uids: Object.keys(chosen).filter((uid) => chosen[uid]),
    clear: useCallback(() => choose({}), []),
  };
};

type ListPageProps = {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  /** What is searched: `Search domains`. */
  searchLabel: string;
  controls: Controls;
  statuses: Readonly<Record<string, number>>;
  bulk?: ReactNode;
  children: ReactNode;
};

export const ListPage = (props: ListPageProps) => {
  const { search, cut, uids, clear } = props.controls;
  const onSearch = useCallback((q: string) => cut({ q }), [cut]);
  const tags = useRead('tags.list');
  const named = tags.data?.tags.map(({ name }) => name) ?? [];
  return (
    <div className="grid h-full min-h-0 grid-rows-[auto_1fr] gap-3 p-4 pb-0 sm:px-6 sm:pt-6">
      <div className="grid gap-3">
        <PageHeader title={props.title} about={props.about}>
          {props.actions}
        </PageHeader>
        {uids.length > 0 ? (
          <div
            role="toolbar"
            aria-label="What to do with the chosen rows"
            className="flex min-h-8 flex-wrap items-center gap-2 rounded-md bg-accent-soft px-2 py-1"
          >
            <span className="px-1 font-medium text-accent text-xs">{count(uids.length)} chosen</span>
            {props.bulk}
            <Button kind="quiet" size="small" onClick={clear}>
              <X aria-hidden />
              Clear
            </Button>
          </div>
        ) : (
          <div className="flex flex-wrap items-center gap-2">
            <SearchField label={props.searchLabel} value={search.q ?? ''} onChange={onSearch} />
            <Select
              aria-label="Status"
              className="w-auto max-w-52"
              value={search.status ?? ''}
              onChange={(event) => cut({ status: event.target.value })}
            >
              <option value="">Every status</option>
              {Object.entries(props.statuses)
                .filter(([name, number]) => number > 0 || name === search.status)
                .map(([name, number]) => (
                  <option key={name} value={name}>
                    {words(name)} ({count(number)})
                  </option>
                ))}
            </Select>
            {(named.length > 0 || search.tag) && (
              <Select
                aria-label="Tag"
                className="w-auto max-w-44"
                value={search.tag ?? ''}
                onChange={(event) => cut({ tag: event.target.value })}
              >
                <option value="">Every tag</option>
                {[...new Set([...named, ...(search.tag ? [search.tag] : [])])].map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </div>
        )}
      </div>
      <div className="min-h-0 overflow-hidden rounded-t-lg border border-line border-b-0 bg-surface">
        {props.children}
      </div>
    </div>
  );
};
