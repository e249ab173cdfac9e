// Parts of a page, one at a time.
import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export type Tab = { id: string; name: ReactNode; content: ReactNode };

export const Tabs = ({ label, tabs }: { label: string; tabs: readonly (Tab | false)[] }) => {
  const shown = tabs.filter((tab) => tab !== false);
  return (
    <Radix.Root defaultValue={shown[0]?.id} className="grid min-w-0 gap-4">
      <Radix.List aria-label={label} className="flex gap-4 overflow-x-auto border-line border-b">
        {shown.map(({ id, name }) => (
          <Radix.Trigger
            key={id}
            value={id}
            className="-mb-px h-9 whitespace-nowrap border-transparent border-b-2 text-ink-soft hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
          >
            {name}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {shown.map(({ id, content }) => (
        <Radix.Content key={id} value={id} className="grid min-w-0 gap-4">
          {content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
};
