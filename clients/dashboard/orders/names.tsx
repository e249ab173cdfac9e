// Finds free names, and keeps those that are chosen.
import { Check, Plus, Search, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useRead } from '../queries/operations.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Input } from '../ui/field.tsx';
import { credits } from '../ui/format.tsx';
import { Loaded } from '../ui/states.tsx';

export type ChosenName = { name: string; price: number };

const reasons = {
  taken: 'Taken',
  banned: 'Cannot be used for mail',
  unsupported_tld: 'Not sold here',
  invalid: 'Not a name',
} as const;

export const ChooseNames = ({
  chosen,
  onChange,
}: {
  chosen: ChosenName[];
  onChange(names: ChosenName[]): void;
}) => {
  const [text, setText] = useState('');
  const [keyword, setKeyword] = useState('');
  const found = useRead(
    'domains.search',
    { keyword, show_unavailable: true },
    { enabled: keyword !== '', keep: true, staleTime: 60_000 },
  );
  const has = (name: string) => chosen.some((one) => one.name === name);
  const toggle = (one: ChosenName) =>
    onChange(has(one.name) ? chosen.filter(({ name }) => name !== one.name) : [...chosen, one]);

  return (
    <Card title="1. Names" about="Search for a word or a whole name, and choose what you like">
      <form
        className="flex gap-2"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          setKeyword(text.trim());
        }}
      >
        <Input
          type="search"
          aria-label="Word or name"
          placeholder="northpeak"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" kind="primary" busy={found.isFetching} disabled={text.trim() === ''}>
          <Search aria-hidden />
          Search
        </Button>
      </form>
      {keyword !== '' && (
        <div className="mt-3">
          <Loaded reading={found} rows={4}>
            {(shown) =>
              shown.domains.length === 0 ? (
                <p className="py-4 text-center text-ink-soft">
                  No name found for “{keyword}”. Try another word.
                </p>
              ) : (
                <ul
                  aria-label="Names found"
                  className="grid max-h-72 divide-y divide-line overflow-y-auto rounded-lg border border-line"
                >
                  {shown.domains.map(
                    ({ name, available, price, renewal_price, unavailable_reason, is_premium }) => (
                      <li key={name} className="flex items-center gap-3 px-3 py-1.5">
                        <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
                        {available ? (
                          <>
                            <span className="text-right text-xs">
                              <span className="font-medium tabular-nums">{credits(price)}</span>
                              {renewal_price !== price && (
                                <span className="block text-2xs text-ink-soft">
                                  then {credits(renewal_price)} a year
                                </span>
                              )}
                              {is_premium && <span className="block text-2xs text-wait">premium</span>}
                            </span>
                            <Button
                              size="small"
                              kind={has(name) ? 'primary' : 'plain'}
                              aria-pressed={has(name)}
                              aria-label={`Choose ${name}`}
                              onClick={() => toggle({ name, price })}
                            >
                              {has(name) ? <Check aria-hidden /> : <Plus aria-hidden />}
                              {has(name) ? 'Chosen' : 'Choose'}
                            </Button>
                          </>
                        ) : (
                          <span className="py-1 text-ink-soft text-xs">
                            {reasons[unavailable_reason ?? 'taken']}
                          </span>
                        )}
                      </li>
                    ),
                  )}
                </ul>
              )
            }
          </Loaded>
        </div>
      )}
      {chosen.length > 0 && (
        <ul aria-label="Chosen names" className="mt-3 flex flex-wrap gap-1.5">
          {chosen.map((one) => (
            <li
              key={one.name}
              className="flex items-center gap-1 rounded-md bg-accent-soft py-0.5 pr-0.5 pl-2 font-medium text-accent text-xs"
            >
              {one.name}
              <button
                type="button"
                aria-label={`Leave out ${one.name}`}
                onClick={() => toggle(one)}
                className="grid size-5 place-items-center rounded hover:bg-surface"
              >
                <X className="size-3" aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
};
