// The keyboard: Ctrl or ⌘ with K searches everything, `/` the table in sight, `g` and a letter goes to a page.
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { destinations } from './navigation.ts';

const TOGETHER_MS = 1_000;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

export const useShortcuts = (search: () => void): void => {
  const navigate = useNavigate();
  useEffect(() => {
    let wentAt = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey)) {
        event.preventDefault();
        search();
        return;
      }
      if (isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key === '/') {
        const field = document.querySelector<HTMLInputElement>('input[type="search"]');
        if (field) {
          event.preventDefault();
          field.focus();
        }
        return;
      }
      if (event.key === 'g') {
        wentAt = event.timeStamp;
        return;
      }
      if (event.timeStamp - wentAt > TOGETHER_MS) return;
      wentAt = 0;
      const destination = destinations.find(({ letter }) => letter === event.key);
      if (destination) void navigate({ to: destination.to });
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [navigate, search]);
};
