// Adds an account at a sequencer: what to enter is what the platform says it needs.
import { useState } from 'react';
import type { Input as InputOf, Output } from '../../sdk/index.ts';
import { useRead, useWrite } from '../queries/operations.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, Input, Select } from '../ui/field.tsx';
import { messageOf } from '../ui/states.tsx';

type Platform = Output<'sequencers.platforms'>['data'][number];

export const AddSequencer = ({ open, onClose }: { open: boolean; onClose(): void }) => {
  const platforms = useRead(
    'sequencers.platforms',
    {},
    { enabled: open, staleTime: Number.POSITIVE_INFINITY },
  );
  const [key, setKey] = useState('');
  const [name, setName] = useState('');
  const [layout, setLayout] = useState('');
  const [limit, setLimit] = useState('');
  const [values, setValues] = useState<Record<string, string>>({});
  const add = useWrite('sequencers.add', { done: 'The account is added', quiet: true });
  const platform = platforms.data?.data.find((one) => one.key === key);
  const close = () => {
    setKey('');
    setName('');
    setLimit('');
    setValues({});
    add.reset();
    onClose();
  };
  const submit = () => {
    if (!platform) return;
    const given = platform.credentials.flatMap(({ name: field }) =>
      values[field]?.trim() ? [[field, values[field].trim()]] : [],
    );
    const wish = {
      platform: platform.key,
      name: name.trim() || platform.name,
      ...Object.fromEntries(given),
      ...(platform.layouts.length > 0 && { layout: layout || platform.layouts[0]!.key }),
      ...(limit !== '' && { daily_limit: Number(limit) }),
    };
    add.mutate(wish as InputOf<'sequencers.add'>, { onSuccess: close });
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title="Add a sequencer"
      about="The credential is tried at once, kept sealed, and never shown again."
      footer={
        <Button kind="primary" type="submit" form="add-sequencer" busy={add.isPending} disabled={!platform}>
          Add
        </Button>
      }
    >
      <form
        id="add-sequencer"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field
          label="Platform"
          problem={platforms.error ? messageOf(platforms.error) : undefined}
          hint={platform && missing(platform)}
        >
          {(control) => (
            <Select {...control} value={key} onChange={(event) => setKey(event.target.value)}>
              <option value="">{platforms.data ? 'Choose' : 'Loading'}</option>
              {platforms.data?.data.map((one) => (
                <option key={one.key} value={one.key}>
                  {one.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {platform?.credentials.map(({ name: field, label, secret, required }) => (
          <Field key={field} label={required ? label : `${label} (if there is one)`}>
            {(control) => (
              <Input
                {...control}
                type={secret ? 'password' : 'text'}
                autoComplete="off"
                spellCheck={false}
                value={values[field] ?? ''}
                onChange={(event) => setValues({ ...values, [field]: event.target.value })}
              />
            )}
          </Field>
        ))}
        {platform && platform.layouts.length > 0 && (
          <Field label="Form of the file">
            {(control) => (
              <Select {...control} value={layout} onChange={(event) => setLayout(event.target.value)}>
                {platform.layouts.map((one) => (
                  <option key={one.key} value={one.key}>
                    {one.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {platform && (
          <div className="grid grid-cols-2 gap-3">
            <Field label="Name">
              {(control) => (
                <Input
                  {...control}
                  placeholder={platform.name}
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                />
              )}
            </Field>
            <Field label="Messages a day">
              {(control) => (
                <Input
                  {...control}
                  type="number"
                  min={1}
                  max={1200}
                  placeholder="Its own"
                  value={limit}
                  onChange={(event) => setLimit(event.target.value)}
                />
              )}
            </Field>
          </div>
        )}
        {add.error ? (
          <p role="alert" className="text-bad text-xs">
            {messageOf(add.error)}
          </p>
        ) : null}
      </form>
    </Dialog>
  );
};

/** What one would expect of it and it has not, in its own words. */
const missing = ({ can }: Platform): string =>
  can.flatMap(({ can: able, note }) => (!able && note ? [note] : [])).join(' · ');
