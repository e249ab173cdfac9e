// Passkeys of whoever is signed in: a device or password manager that signs in for them.
import { useState } from 'react';
import type { Output } from '../../sdk/index.ts';
import { useRead, useWrite } from '../queries/operations.ts';
import { makePasskey, passkeysWork } from '../session/passkey.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/field.tsx';
import { dayOf, Time } from '../ui/format.tsx';
import { Loaded } from '../ui/states.tsx';
import { PasswordAgain } from './password-again.tsx';

type Passkey = Output<'passkeys.list'>['passkeys'][number];

export const Passkeys = () => {
  const list = useRead('passkeys.list');
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Passkey | null>(null);
  const [name, setName] = useState('');
  const options = useWrite('passkeys.options', { done: null, quiet: true });
  const add = useWrite('passkeys.add', { done: 'You can sign in with it from now on', quiet: true });
  const remove = useWrite('passkeys.remove', { done: 'The passkey is removed', quiet: true });

  const make = async (password: string) => {
    const { challenge, options: asked } = await options.mutateAsync({ password });
    const credential = await makePasskey(asked).catch((error: unknown) => {
      throw error instanceof DOMException
        ? new Error('The browser made no passkey: it was declined, or this device has one already.')
        : error;
    });
    await add.mutateAsync({ challenge, credential, name: name.trim() || 'Passkey' });
    setName('');
  };

  return (
    <Card title="Passkeys" about="Sign in with your device, without password and code">
      <Loaded reading={list} rows={2}>
        {(shown) => (
          <div className="grid gap-3">
            {shown.passkeys.length === 0 && <p className="text-ink-soft">There are none yet.</p>}
            <ul className="grid gap-2 empty:hidden">
              {shown.passkeys.map((passkey) => (
                <li key={passkey.uid} className="flex items-center gap-2">
                  <span className="min-w-0 flex-1">
                    <span className="block truncate font-medium">{passkey.name}</span>
                    <span className="text-ink-soft text-xs">
                      Made {dayOf(passkey.created_at)}, last used{' '}
                      {passkey.last_used_at ? <Time at={passkey.last_used_at} /> : 'never'}
                    </span>
                  </span>
                  <Button size="small" kind="danger" onClick={() => setRemoving(passkey)}>
                    Remove
                  </Button>
                </li>
              ))}
            </ul>
            {passkeysWork() ? (
              <div>
                <Button size="small" kind="primary" onClick={() => setAdding(true)}>
                  Add a passkey
                </Button>
              </div>
            ) : (
              <p className="text-ink-soft text-xs">
                Browsers make passkeys for a name with TLS, or for localhost; this address is neither.
              </p>
            )}
          </div>
        )}
      </Loaded>
      <PasswordAgain
        open={adding}
        onClose={() => setAdding(false)}
        title="Add a passkey"
        about="Your browser asks you where to keep it."
        action="Add"
        onConfirm={make}
      >
        <Field label="Name" hint="To tell your passkeys apart.">
          {(control) => (
            <Input
              {...control}
              placeholder="Laptop"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      </PasswordAgain>
      {removing && (
        <Confirm
          open
          onClose={() => setRemoving(null)}
          title={`Remove ${removing.name}`}
          about="Nobody signs in with it any more. You can add the device again."
          action="Remove"
          onConfirm={() => remove.mutateAsync({ uid: removing.uid })}
        />
      )}
    </Card>
  );
};
