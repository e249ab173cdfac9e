// The title of the window.
import { useEffect } from 'react';

export const useTitle = (title: string): void => {
  useEffect(() => {
    document.title = `${title} · InboxKit`;
  }, [title]);
};
