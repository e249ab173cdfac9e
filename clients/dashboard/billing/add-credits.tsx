// Fills the wallet: an amount, then the payment vendor's page.
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useWrite } from '../queries/operations.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/field.tsx';
import { credits } from '../ui/format.tsx';
import { messageOf } from '../ui/states.tsx';

const AMOUNTS = [50, 200, 500, 1000];

export const AddCredits = () => {
  const [open, setOpen] = useState(false);
  const [amount, setAmount] = useState('200');
  const add = useWrite('payments.add-credits', { done: null, quiet: true });
  const wanted = Number(amount);
  return (
    <>
      <Button kind="primary" onClick={() => setOpen(true)}>
        <Plus aria-hidden />
        Add credits
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title="Add credits"
        about="You pay on the page of the payment provider. The credits are in the wallet as soon as the payment is through."
        footer={
          <Button
            kind="primary"
            busy={add.isPending || add.isSuccess}
            disabled={!(wanted > 0)}
            onClick={() => add.mutate({ credits: wanted }, { onSuccess: ({ url }) => location.assign(url) })}
          >
            Pay {wanted > 0 ? credits(wanted) : ''}
          </Button>
        }
      >
        <div className="grid gap-3">
          <div className="flex gap-2">
            {AMOUNTS.map((one) => (
              <Button
                key={one}
                size="small"
                aria-pressed={wanted === one}
                kind={wanted === one ? 'primary' : 'plain'}
                onClick={() => setAmount(String(one))}
              >
                {credits(one)}
              </Button>
            ))}
          </div>
          <Field label="Credits" problem={add.error ? messageOf(add.error) : undefined}>
            {(control) => (
              <Input
                {...control}
                type="number"
                min="1"
                step="1"
                value={amount}
                onChange={(event) => setAmount(event.target.value)}
              />
            )}
          </Field>
        </div>
      </Dialog>
    </>
  );
};
