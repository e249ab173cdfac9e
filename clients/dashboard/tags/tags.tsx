// The tags of the workspace, and how much carries each.
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Output } from '../../sdk/index.ts';
import { useRead, useWrite } from '../queries/operations.ts';
import { useSession } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Card, Page, PageHeader } from '../ui/card.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/field.tsx';
import { count, plural } from '../ui/format.tsx';
import { Empty, Loaded } from '../ui/states.tsx';
import { PlainTable } from '../ui/table.tsx';
import { useTitle } from '../ui/title.ts';

type Tag = Output<'tags.list'>['tags'][number];

export default function Tags() {
  useTitle('Tags');
  const { may } = useSession();
  const [naming, setNaming] = useState<Tag | 'new' | null>(null);
  const [removing, setRemoving] = useState<Tag | null>(null);
  const list = useRead('tags.list');
  const remove = useWrite('tags.delete', { done: 'The tag is deleted', quiet: true });
  const add = may('write') && (
    <Button kind="primary" onClick={() => setNaming('new')}>
      <Plus aria-hidden />
      New tag
    </Button>
  );
  return (
    <Page>
      <PageHeader title="Tags" about={list.data ? plural(list.data.tags.length, 'tag') : '\u00a0'}>
        {add}
      </PageHeader>
      <Card flush>
        <Loaded reading={list} rows={3}>
          {(shown) =>
            shown.tags.length === 0 ? (
              <Empty title="No tags yet" action={add}>
                Tags keep domains and mailboxes of one client, campaign or batch together: every list can be
                cut to them.
              </Empty>
            ) : (
              <PlainTable
                label="Tags"
                head={[
                  { name: 'Name' },
                  { name: 'Domains', className: 'text-right' },
                  { name: 'Mailboxes', className: 'text-right' },
                  { name: 'Change', className: 'text-right' },
                ]}
              >
                {shown.tags.map((tag) => (
                  <tr key={tag.uid}>
                    <td className="max-w-60 truncate font-medium">{tag.name}</td>
                    <td className="text-right tabular-nums">
                      <Link to="/domains" search={{ tag: tag.name }} className="text-accent hover:underline">
                        {count(tag.domains)}
                      </Link>
                    </td>
                    <td className="text-right tabular-nums">
                      <Link
                        to="/mailboxes"
                        search={{ tag: tag.name }}
                        className="text-accent hover:underline"
                      >
                        {count(tag.mailboxes)}
                      </Link>
                    </td>
                    <td className="text-right">
                      {may('write') && (
                        <span className="flex justify-end gap-2">
                          <Button
                            size="small"
                            aria-label={`Rename ${tag.name}`}
                            onClick={() => setNaming(tag)}
                          >
                            Rename
                          </Button>
                          <Button
                            size="small"
                            kind="danger"
                            aria-label={`Delete ${tag.name}`}
                            onClick={() => setRemoving(tag)}
                          >
                            Delete
                          </Button>
                        </span>
                      )}
                    </td>
                  </tr>
                ))}
              </PlainTable>
            )
          }
        </Loaded>
      </Card>
      {naming && <NameTag tag={naming === 'new' ? null : naming} onClose={() => setNaming(null)} />}
      {removing && (
        <Confirm
          open
          onClose={() => setRemoving(null)}
          title={`Delete ${removing.name}`}
          about={`It is taken off ${plural(removing.domains, 'domain')} and ${plural(removing.mailboxes, 'mailbox', 'mailboxes')}; they stay as they are. This cannot be taken back.`}
          {...(removing.domains + removing.mailboxes > 0 && { name: removing.name })}
          action="Delete"
          onConfirm={() => remove.mutateAsync({ id: removing.uid })}
        />
      )}
    </Page>
  );
}

const NameTag = ({ tag, onClose }: { tag: Tag | null; onClose(): void }) => {
  const [name, setName] = useState(tag?.name ?? '');
  const create = useWrite('tags.create', { done: 'The tag is made', quiet: true });
  const rename = useWrite('tags.rename', { done: 'The tag has its new name', quiet: true });
  return (
    <Confirm
      open
      onClose={onClose}
      title={tag ? `Rename ${tag.name}` : 'New tag'}
      about={
        tag ? 'Everything that carries it shows the new name.' : 'It can be put on domains and mailboxes.'
      }
      action={tag ? 'Rename' : 'Make it'}
      onConfirm={() => (tag ? rename.mutateAsync({ id: tag.uid, name }) : create.mutateAsync({ name }))}
    >
      <Field label="Name">
        {(control) => (
          <Input {...control} maxLength={50} value={name} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
    </Confirm>
  );
};
