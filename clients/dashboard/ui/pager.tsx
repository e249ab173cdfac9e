// Turns the pages of a list.
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { Button } from './button.tsx';
import { count } from './format.tsx';

export const Pager = ({
  page,
  pages,
  onPage,
}: {
  page: number;
  pages: number;
  onPage(page: number): void;
}) =>
  pages <= 1 ? null : (
    <nav aria-label="Pages of the list" className="flex items-center justify-end gap-2 text-ink-soft text-xs">
      <span>
        Page {count(page)} of {count(pages)}
      </span>
      <Button size="small" aria-label="Page before" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        <ChevronLeft aria-hidden />
      </Button>
      <Button size="small" aria-label="Page after" disabled={page >= pages} onClick={() => onPage(page + 1)}>
        <ChevronRight aria-hidden />
      </Button>
    </nav>
  );
