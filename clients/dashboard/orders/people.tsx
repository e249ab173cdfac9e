// Who gets mailboxes: people by a pattern on every domain, or a table with an address each.
import { useEffect, useMemo, useState } from 'react';
import { platformNames } from '../mailboxes/platform.ts';
import { Card } from '../ui/card.tsx';
import { Field, Input, Select, Textarea } from '../ui/field.tsx';
import { plural } from '../ui/format.tsx';
import { byPattern, type Pattern, patterns, readPeople, readTable, type WantedMailbox } from './wishes.ts';

const SHOWN = 6;

type Props = {
  domains: readonly string[];
  platform: string;
  onPlatform(platform: string): void;
  redirect: string;
  onRedirect(address: string): void;
  onChange(mailboxes: WantedMailbox[]): void;
  /** Those on no chosen domain. */
  stray: readonly WantedMailbox[];
};

export const MailboxWishes = (props: Props) => {
  const [way, setWay] = useState<'pattern' | 'table'>('pattern');
  const [people, setPeople] = useState('');
  const [pattern, setPattern] = useState<Pattern>('first.last');
  const [table, setTable] = useState('');
  const { domains, onChange, stray } = props;
  const names = domains.join(' ');

  const wished = useMemo((): { mailboxes: WantedMailbox[]; problem?: string } => {
    if (way === 'pattern') {
      return { mailboxes: byPattern(readPeople(people), names.split(' ').filter(Boolean), pattern) };
    }
    try {
      return { mailboxes: readTable(table) };
    } catch (error) {
      return { mailboxes: [], problem: (error as Error).message };
    }
  }, [way, people, pattern, table, names]);
  useEffect(() => onChange(wished.mailboxes), [wished, onChange]);

  return (
    <Card title="2. People and mailboxes" about="Leave it empty to buy the domains alone">
      <div className="grid gap-3">
        <fieldset className="flex flex-wrap gap-4">
          <legend className="sr-only">How the mailboxes are named</legend>
          {(['pattern', 'table'] as const).map((one) => (
            <label key={one} className="flex items-center gap-2">
              <input
                type="radio"
                name="way"
                className="accent-accent"
                checked={way === one}
                onChange={() => setWay(one)}
              />
              {one === 'pattern' ? 'Everybody on every domain' : 'A table with an address each'}
            </label>
          ))}
        </fieldset>
        {way === 'pattern' ? (
          <div className="grid gap-3 sm:grid-cols-[1fr_12rem]">
            <Field label="People" hint="One a line, first name first.">
              {(control) => (
                <Textarea
                  {...control}
                  placeholder={'Mara Voss\nJonas Reed'}
                  value={people}
                  onChange={(event) => setPeople(event.target.value)}
                />
              )}
            </Field>
            <Field label="Addresses">
              {(control) => (
                <Select
                  {...control}
                  value={pattern}
                  onChange={(event) => setPattern(event.target.value as Pattern)}
                >
                  {Object.keys(patterns).map((one) => (
                    <option key={one} value={one}>
                      {one}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
        ) : (
          <Field
            label="Table"
            hint="First name, last name, address: pasted from a spreadsheet, or CSV."
            problem={wished.problem}
          >
            {(control) => (
              <>
                <Textarea
                  {...control}
                  rows={5}
                  spellCheck={false}
                  className="font-mono text-xs"
                  placeholder="Mara,Voss,mara@northpeak.com"
                  value={table}
                  onChange={(event) => setTable(event.target.value)}
                />
                <input
                  type="file"
                  accept=".csv,text/csv,text/plain"
                  aria-label="CSV file"
                  className="text-ink-soft text-xs"
                  onChange={(event) => {
                    const file = event.target.files?.[0];
                    if (file) void file.text().then(setTable);
                  }}
                />
              </>
            )}
          </Field>
        )}
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Platform">
            {(control) => (
              <Select
                {...control}
                value={props.platform}
                onChange={(event) => props.onPlatform(event.target.value)}
              >
                {Object.entries(platformNames).map(([id, name]) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Visitors of the domains go to">
            {(control) => (
              <Input
                {...control}
                type="url"
                placeholder="https://northpeak.example"
                value={props.redirect}
                onChange={(event) => props.onRedirect(event.target.value)}
              />
            )}
          </Field>
        </div>
        {wished.mailboxes.length > 0 && (
          <p className="text-ink-soft text-xs">
            {plural(wished.mailboxes.length, 'mailbox', 'mailboxes')}:{' '}
            {wished.mailboxes
              .slice(0, SHOWN)
              .map(({ email }) => email)
              .join(', ')}
            {wished.mailboxes.length > SHOWN && ' …'}
          </p>
        )}
        {stray.length > 0 && (
          <p role="alert" className="text-bad text-xs">
            {stray[0]!.email} is on no chosen domain
            {stray.length > 1 && `, nor are ${stray.length - 1} more`}.
          </p>
        )}
      </div>
    </Card>
  );
};
