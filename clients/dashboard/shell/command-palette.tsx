// One place to go anywhere: pages, and domains and mailboxes as the server finds them.
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { Globe, Mail, Search } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useDeferredValue, useState } from 'react';
import { useRead } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { destinations } from './navigation.ts';

const item =
  'flex cursor-pointer items-center gap-2.5 rounded-md px-2 py-2 data-[selected=true]:bg-sunken [&_svg]:size-4 [&_svg]:text-ink-soft';
const group =
  '[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-ink-soft';

export default function CommandPalette({ open, onClose }: { open: boolean; onClose(): void }) {
  const navigate = useNavigate();
  const { may } = useSession();
  const [text, setText] = useState('');
  const keyword = useDeferredValue(text.trim());
  const searching = open && keyword.length >= 2;
  const domains = useRead('domains.list', { keyword, limit: 5 }, { enabled: searching, keep: true });
  const mailboxes = useRead('mailboxes.list', { keyword, limit: 5 }, { enabled: searching, keep: true });
  const pages = destinations.filter(
    ({ name, needs }) => name.toLowerCase().includes(keyword.toLowerCase()) && (!needs || may(...needs)),
  );
  const foundDomains = searching ? (domains.data?.domains ?? []) : [];
  const foundMailboxes = searching ? (mailboxes.data?.mailboxes ?? []) : [];
  const [marked, setMarked] = useState('');
  const all = [...pages.map(({ to }) => to), ...[...foundDomains, ...foundMailboxes].map(({ uid }) => uid)];
  // What is marked may be gone from the list by now; the first takes its place, so that Enter always goes somewhere.
  const current = all.includes(marked) ? marked : (all[0] ?? '');
  const close = () => {
    setText('');
    onClose();
  };
  const go = (act: () => unknown) => () => {
    close();
    act();
  };

  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && close()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-50 w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-surface shadow-2xl"
        >
          <Dialog.Title className="sr-only">Search</Dialog.Title>
          <Command shouldFilter={false} label="Search" value={current} onValueChange={setMarked}>
            <div className="flex items-center gap-2.5 border-line border-b px-3.5">
              <Search className="size-4 text-ink-soft" aria-hidden />
              <Command.Input
                value={text}
                onValueChange={setText}
                placeholder="Pages, domains, mailboxes"
                className="h-11 flex-1 bg-transparent outline-none"
              />
            </div>
            <Command.List className="max-h-[50dvh] overflow-y-auto p-1.5">
              <Command.Empty className="px-2 py-6 text-center text-ink-soft">Nothing fits</Command.Empty>
              <Command.Group heading="Pages" className={group} hidden={pages.length === 0}>
                {pages.map(({ to, name, icon: Icon, letter }) => (
                  <Command.Item key={to} value={to} className={item} onSelect={go(() => navigate({ to }))}>
                    <Icon aria-hidden />
                    <span className="flex-1">{name}</span>
                    <kbd className="font-sans text-2xs text-ink-soft">g {letter}</kbd>
                  </Command.Item>
                ))}
              </Command.Group>
              {foundDomains.length > 0 && (
                <Command.Group heading="Domains" className={group}>
                  {foundDomains.map(({ uid, name }) => (
                    <Command.Item
                      key={uid}
                      value={uid}
                      className={item}
                      onSelect={go(() => navigate({ to: '/domains/$uid', params: { uid } }))}
                    >
                      <Globe aria-hidden />
                      {name}
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
              {foundMailboxes.length > 0 && (
                <Command.Group heading="Mailboxes" className={group}>
                  {foundMailboxes.map(({ uid, email }) => (
                    <Command.Item
                      key={uid}
                      value={uid}
                      className={item}
                      onSelect={go(() => navigate({ to: '/mailboxes/$uid', params: { uid } }))}
                    >
                      <Mail aria-hidden />
                      {email}
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
