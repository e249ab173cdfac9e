// The frame around every page: side bar (on a phone a bar at the bottom), workspace, search, theme.
import { Link, Outlet } from '@tanstack/react-router';
import { Check, ChevronsUpDown, LogOut, Monitor, Moon, Search, Sun, UserRound, WifiOff } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { toast } from 'sonner';
import { useLive } from '../queries/live.ts';
import { askWhoIsSignedIn, chooseWorkspace, signOut, useSession } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { credits } from '../ui/format.tsx';
import { Menu, MenuItem, MenuLabel, MenuLine } from '../ui/menu.tsx';
import { Loading, messageOf } from '../ui/states.tsx';
import { Logo } from './logo.tsx';
import { destinations } from './navigation.ts';
import { useShortcuts } from './shortcuts.ts';
import { setTheme, type Theme, useTheme } from './theme.ts';

const CommandPalette = lazy(() => import('./command-palette.tsx'));

/** On a phone these are in the menu: the bar at the bottom has room for five. */
const inMenu: ReadonlySet<string> = new Set([
  '/sequencers',
  '/warmup',
  '/consent',
  '/tags',
  '/webhooks',
  '/people',
  '/keys',
  '/audit',
]);

export const Shell = () => {
  const { may, account } = useSession();
  const liveness = useLive();
  const [searching, setSearching] = useState(false);
  const opened = useRef(false);
  if (searching) opened.current = true;
  useShortcuts(() => setSearching(true));
  const shown = destinations.filter(({ needs }) => !needs || may(...needs));

  return (
    <div className="grid h-dvh grid-rows-[auto_1fr_auto] md:grid-cols-[13.5rem_1fr] md:grid-rows-1">
      <a
        href="#content"
        className="sr-only z-50 rounded bg-surface px-3 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <header className="flex items-center gap-2 border-line border-b bg-surface px-3 py-2 md:hidden">
        <Logo className="size-6 shrink-0" />
        <WorkspaceSwitcher />
        <Button kind="quiet" size="icon" aria-label="Search" onClick={() => setSearching(true)}>
          <Search aria-hidden />
        </Button>
        <More />
      </header>

      <aside className="hidden min-h-0 flex-col gap-3 border-line border-r bg-surface p-3 md:flex">
        <div className="flex items-center gap-2">
          <Logo className="size-6 shrink-0" />
          <WorkspaceSwitcher />
        </div>
        <button
          type="button"
          onClick={() => setSearching(true)}
          className="flex h-8 items-center gap-2 rounded-md border border-line bg-ground px-2.5 text-ink-soft text-xs hover:border-line-strong"
        >
          <Search className="size-3.5" aria-hidden />
          <span className="flex-1 text-left">Search</span>
          <kbd className="font-sans text-2xs">{navigator.platform.startsWith('Mac') ? '⌘K' : 'Ctrl K'}</kbd>
        </button>
        <nav aria-label="Pages" className="grid min-h-0 flex-1 content-start gap-0.5 overflow-y-auto">
          {shown.map(({ to, name, icon: Icon }) => (
            <Link
              key={to}
              to={to}
              activeOptions={{ exact: to === '/' || to === '/orders/new' || to === '/orders' }}
              className="flex h-8 items-center gap-2.5 rounded-md px-2 text-ink-soft hover:bg-sunken hover:text-ink"
              activeProps={{ className: 'bg-accent-soft! text-accent! font-medium' }}
            >
              <Icon className="size-4" aria-hidden />
              {name}
            </Link>
          ))}
        </nav>
        {liveness === 'away' && <Away />}
        <div className="flex items-center justify-between border-line border-t pt-3">
          {may('read', 'money') ? (
            <Link to="/billing" className="rounded px-1 text-xs hover:underline">
              <span className="text-ink-soft">Wallet </span>
              <span className="font-medium tabular-nums">{credits(account.credits_remaining)}</span>
            </Link>
          ) : (
            <span />
          )}
          <More />
        </div>
      </aside>

      <main id="content" tabIndex={-1} className="min-h-0 min-w-0 overflow-y-auto outline-none">
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </main>

      <nav
        aria-label="Main pages"
        className="grid grid-cols-5 border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
      >
        {shown
          .filter(({ to }) => to !== '/orders/new' && !inMenu.has(to))
          .map(({ to, name, icon: Icon }) => (
            <Link
              key={to}
              to={to}
              activeOptions={{ exact: to === '/' }}
              className="grid justify-items-center gap-0.5 py-1.5 text-2xs text-ink-soft"
              activeProps={{ className: 'text-accent! font-medium' }}
            >
              <Icon className="size-4.5" aria-hidden />
              {name}
            </Link>
          ))}
      </nav>
      {opened.current && (
        <Suspense>
          <CommandPalette open={searching} onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </div>
  );
};

const Away = () => (
  <p role="status" className="flex items-center gap-2 rounded-md bg-wait-soft px-2 py-1.5 text-wait text-xs">
    <WifiOff className="size-3.5 shrink-0" aria-hidden />
    Not live: the server does not answer
  </p>
);

const WorkspaceSwitcher = () => {
  const { workspaces, workspace, account, person, sdk } = useSession();
  const goToTeam = async (team_uid: string) => {
    try {
      await sdk.sessions.switchTeam({ team_uid });
      askWhoIsSignedIn();
    } catch (error) {
      toast.error(messageOf(error));
    }
  };
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="flex min-w-0 flex-1 items-center gap-1 rounded-md px-1.5 py-1 text-left hover:bg-sunken"
        >
          <span className="min-w-0 flex-1">
            <span className="block truncate font-semibold text-sm leading-tight">
              <span className="sr-only">Workspace: </span>
              {workspace.name}
            </span>
            <span className="block truncate text-2xs text-ink-soft">{account.team}</span>
          </span>
          <ChevronsUpDown className="size-3.5 shrink-0 text-ink-soft" aria-hidden />
        </button>
      }
    >
      <MenuLabel>Workspaces</MenuLabel>
      {workspaces.map(({ uid, name }) => (
        <MenuItem key={uid} onSelect={() => chooseWorkspace(uid)}>
          <Check className={cn(uid !== workspace.uid && 'invisible')} aria-hidden />
          <span className="truncate">{name}</span>
        </MenuItem>
      ))}
      {person && person.teams.length > 1 && (
        <>
          <MenuLine />
          <MenuLabel>Teams</MenuLabel>
          {person.teams.map(({ uid, name }) => (
            <MenuItem key={uid} onSelect={() => void goToTeam(uid)}>
              <Check className={cn(uid !== person.team.uid && 'invisible')} aria-hidden />
              <span className="truncate">{name}</span>
            </MenuItem>
          ))}
        </>
      )}
    </Menu>
  );
};

const themes: [Theme, string, typeof Sun][] = [
  ['light', 'Light', Sun],
  ['dark', 'Dark', Moon],
  ['system', 'As the system', Monitor],
];

const More = () => {
  const theme = useTheme();
  const { may, access, person } = useSession();
  const Icon = themes.find(([name]) => name === theme)![2];
  return (
    <Menu
      trigger={
        <Button kind="quiet" size="icon" aria-label="Theme and account">
          <Icon aria-hidden />
        </Button>
      }
    >
      <MenuLabel>Theme</MenuLabel>
      {themes.map(([name, label, ThemeIcon]) => (
        <MenuItem key={name} onSelect={() => setTheme(name)}>
          <ThemeIcon aria-hidden />
          <span className="flex-1">{label}</span>
          {name === theme && <Check aria-label="chosen" />}
        </MenuItem>
      ))}
      <MenuLine />
      <div className="md:hidden">
        {destinations
          .filter(({ to, needs }) => inMenu.has(to) && (!needs || may(...needs)))
          .map(({ to, name, icon: PageIcon }) => (
            <Link key={to} to={to} className="flex items-center gap-2 rounded-md px-2 py-1.5 hover:bg-sunken">
              <PageIcon className="size-3.5" aria-hidden />
              {name}
            </Link>
          ))}
        <MenuLine />
      </div>
      {person && (
        <Link to="/account" className="flex items-center gap-2 rounded-md px-2 py-1.5 hover:bg-sunken">
          <UserRound className="size-3.5" aria-hidden />
          <span className="grid min-w-0">
            <span className="truncate">{person.person.name}</span>
            <span className="truncate text-2xs text-ink-soft">{person.person.email}</span>
          </span>
        </Link>
      )}
      <MenuItem onSelect={() => void signOut(access).catch((error) => toast.error(messageOf(error)))}>
        <LogOut aria-hidden />
        Sign out
      </MenuItem>
    </Menu>
  );
};
