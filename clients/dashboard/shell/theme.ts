// Light, dark, or as the system says. public/theme.js sets it before the first paint.
import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark' | 'system';

const listeners = new Set<() => void>();
const system = matchMedia('(prefers-color-scheme: dark)');

const read = (): Theme => {
  const chosen = localStorage.getItem('theme');
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
};

const apply = () => {
  const theme = read();
  document.documentElement.classList.toggle(
    'dark',
    theme === 'dark' || (theme === 'system' && system.matches),
  );
  for (const listener of listeners) listener();
};
system.addEventListener('change', apply);

export const setTheme = (theme: Theme): void => {
  if (theme === 'system') localStorage.removeItem('theme');
  else localStorage.setItem('theme', theme);
  apply();
};

export const useTheme = (): Theme =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
