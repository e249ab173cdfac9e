// Domains that were bought elsewhere: named here, then pointed at our nameservers by their owner.
import { useState } from 'react';
import { useWrite } from '../queries/operations.ts';
import { Button } from '../ui/button.tsx';
import { Copy } from '../ui/copy.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, Textarea } from '../ui/field.tsx';
import { messageOf } from '../ui/states.tsx';

export const ConnectDomains = ({ open, onClose }: { open: boolean; onClose(): void }) => {
  const [text, setText] = useState('');
  const connect = useWrite('domains.nameservers', { done: null, quiet: true });
  const names = text.split(/[\s,;]+/).filter(Boolean);
  const close = () => {
    setText('');
    connect.reset();
    onClose();
  };
  const connections = connect.data?.result;
  return (
    <Dialog
      open={open}
      onClose={close}
      wide
      title="Connect domains"
      about="For domains that you registered elsewhere. They keep their registrar; only their nameservers change."
      footer={
        connections ? (
          <Button onClick={close}>Close</Button>
        ) : (
          <Button
            kind="primary"
            disabled={names.length === 0}
            busy={connect.isPending}
            onClick={() => connect.mutate({ domains: names })}
          >
            Show nameservers
          </Button>
        )
      }
    >
      {connections ? (
        <div className="grid gap-3">
          <p>Set these nameservers at the registrar. The rest happens by itself as soon as they are seen.</p>
          <ul className="grid max-h-72 gap-2 overflow-y-auto">
            {connections.map((connection) => (
              <li key={connection.domain} className="rounded-lg border border-line p-3">
                <p className="font-medium">{connection.domain}</p>
                {connection.error && <p className="text-bad text-xs">{connection.error.message}</p>}
                <ul className="mt-1 grid gap-0.5">
                  {connection.nameservers.map((nameserver) => (
                    <li key={nameserver} className="flex items-center gap-1 font-mono text-xs">
                      {nameserver}
                      <Copy value={nameserver} label={nameserver} />
                    </li>
                  ))}
                </ul>
              </li>
            ))}
          </ul>
        </div>
      ) : (
        <Field
          label="Domains"
          hint="One a line."
          problem={connect.error ? messageOf(connect.error) : undefined}
        >
          {(control) => (
            <Textarea
              {...control}
              rows={5}
              spellCheck={false}
              placeholder={'northpeak.com\ngetnorthpeak.com'}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      )}
    </Dialog>
  );
};
