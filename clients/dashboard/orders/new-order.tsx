// A new order: names, people, the price line by line. What is asked for last is shown first when it is placed.
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Input } from '../../sdk/index.ts';
import { useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Card, Page, PageHeader } from '../ui/card.tsx';
import { credits, plural } from '../ui/format.tsx';
import { Empty, messageOf } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { type Contact, ContactFields, emptyContact } from './contact.tsx';
import { ChooseNames, type ChosenName } from './names.tsx';
import { MailboxWishes } from './people.tsx';
import { domainOf, type WantedMailbox } from './wishes.ts';

type OrderBody = Input<'orders.place'>;

export default function NewOrder() {
  useTitle('New order');
  const { may } = useSession();
  const navigate = useNavigate();
  const [names, setNames] = useState<ChosenName[]>([]);
  const [mailboxes, setMailboxes] = useState<WantedMailbox[]>([]);
  const [platform, setPlatform] = useState('GOOGLE');
  const [redirect, setRedirect] = useState('');
  const [contact, setContact] = useState<Contact>(emptyContact);
  const price = useWrite('orders.place', { done: null, quiet: true });
  const place = useWrite('orders.place', { done: 'The order is placed', quiet: true });

  if (!may('purchase')) {
    return (
      <Empty title="You may not place orders">Ask an admin of the team for the right to purchase.</Empty>
    );
  }

  const body: OrderBody = {
    contact_details: contact,
    domains: names.map(({ name }) => ({
      name,
      ...(redirect && { redirect_url: redirect }),
      mailboxes: mailboxes
        .filter((mailbox) => domainOf(mailbox) === name)
        .map((mailbox) => ({ ...mailbox, platform })),
    })),
  };
  const stray = mailboxes.filter((mailbox) => !names.some(({ name }) => name === domainOf(mailbox)));
  const asked = JSON.stringify(body);
  // A price is of the order it was asked for: any change needs another.
  const priced =
    price.data && JSON.stringify({ ...price.variables, dry_run: undefined }) === asked ? price.data : null;
  const ordered = mailboxes.length - stray.length;

  return (
    <Page className="max-w-4xl">
      <PageHeader
        title="New order"
        about="Domains, their DNS and mailboxes that send and receive, in one go"
      />
      <ChooseNames chosen={names} onChange={setNames} />
      <MailboxWishes
        domains={names.map(({ name }) => name)}
        platform={platform}
        onPlatform={setPlatform}
        redirect={redirect}
        onRedirect={setRedirect}
        onChange={setMailboxes}
        stray={stray}
      />
      <ContactFields contact={contact} onChange={setContact} />
      <Card
        title="4. Price"
        about={
          names.length === 0
            ? 'Choose a name first'
            : `${plural(names.length, 'domain')}, ${plural(ordered, 'mailbox', 'mailboxes')}`
        }
      >
        <div className="grid gap-4">
          {price.isError && (
            <p role="alert" className="text-bad">
              {messageOf(price.error)}
            </p>
          )}
          {priced && (
            <>
              <table className="w-full">
                <caption className="sr-only">Price, line by line</caption>
                <tbody>
                  {priced.lines.map((line, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: lines may be equal
                    <tr key={index}>
                      <td className="py-1">{line.description}</td>
                      <td className="py-1 text-right tabular-nums">{credits(line.credits)}</td>
                    </tr>
                  ))}
                </tbody>
                <tfoot>
                  <tr className="border-line border-t font-semibold">
                    <td className="py-2">Total</td>
                    <td className="py-2 text-right tabular-nums">{credits(priced.total_cost)}</td>
                  </tr>
                  <tr className="text-ink-soft text-xs">
                    <td>Wallet afterwards</td>
                    <td className="text-right tabular-nums">{credits(priced.credits_remaining)}</td>
                  </tr>
                </tfoot>
              </table>
              {place.isError && (
                <p role="alert" className="text-bad">
                  {messageOf(place.error)}
                </p>
              )}
            </>
          )}
          <div className="flex flex-wrap gap-2">
            <Button
              kind={priced ? 'plain' : 'primary'}
              disabled={names.length === 0 || stray.length > 0}
              busy={price.isPending}
              onClick={() => price.mutate({ ...body, dry_run: true })}
            >
              {priced ? 'Ask again' : 'Show the price'}
            </Button>
            {priced && (
              <Button
                kind="primary"
                busy={place.isPending}
                onClick={() =>
                  place.mutate(body, {
                    onSuccess: ({ order_id }) =>
                      void navigate({ to: '/orders/$uid', params: { uid: order_id! } }),
                  })
                }
              >
                Place the order for {credits(priced.total_cost)}
              </Button>
            )}
          </div>
          <p className="text-ink-soft text-xs">
            The price is set aside when the order is placed and charged as each part is bought. What fails for
            good is paid back by itself.
          </p>
        </div>
      </Card>
    </Page>
  );
}
