// The frame of a page that is one long table: search, filter, what is chosen, and the table filling the rest.
import { Search, X } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { words } from './badge.tsx';
import { Button } from './button.tsx';
import { PageHeader } from './card.tsx';
import { Input, Select } from './field.tsx';
import { count } from './format.tsx';

const SETTLE_MS = 250;

export const SearchField = ({
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

type ListPageProps = {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  search: ReactNode;
  statuses: Readonly<Record<string, number>>;
  status: string | undefined;
  onStatus(status: string | undefined): void;
  chosen: number;
  onClear(): void;
  bulk?: ReactNode;
  children: ReactNode;
};

export const ListPage = (props: ListPageProps) => (
  <div className="grid h-full min-h-0 grid-rows-[auto_1fr] gap-3 p-4 pb-0 sm:px-6 sm:pt-6">
    <div className="grid gap-3">
      <PageHeader title={props.title} about={props.about}>
        {props.actions}
      </PageHeader>
      {props.chosen > 0 ? (
        <div
          role="toolbar"
          aria-label="What to do with the chosen rows"
          className="flex min-h-8 flex-wrap items-center gap-2 rounded-md bg-accent-soft px-2 py-1"
        >
          <span className="px-1 font-medium text-accent text-xs">{count(props.chosen)} chosen</span>
          {props.bulk}
          <Button kind="quiet" size="small" onClick={props.onClear}>
            <X aria-hidden />
            Clear
          </Button>
        </div>
      ) : (
        <div className="flex flex-wrap items-center gap-2">
          {props.search}
          <Select
            aria-label="Status"
            className="w-auto max-w-52"
            value={props.status ?? ''}
            onChange={(event) => props.onStatus(event.target.value || undefined)}
          >
            <option value="">Every status</option>
            {Object.entries(props.statuses)
              .filter(([name, number]) => number > 0 || name === props.status)
              .map(([name, number]) => (
                <option key={name} value={name}>
                  {words(name)} ({count(number)})
                </option>
              ))}
          </Select>
        </div>
      )}
    </div>
    <div className="min-h-0 overflow-hidden rounded-t-lg border border-line border-b-0 bg-surface">
      {props.children}
    </div>
  </div>
);
