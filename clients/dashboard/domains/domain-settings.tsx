// Where visitors and stray mail of a domain go, and what receivers do with forged mail.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Row } from '../../sdk/index.ts';
import { useWrite } from '../queries/operations.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Checkbox, Field, Input, Select } from '../ui/field.tsx';
import { messageOf } from '../ui/states.tsx';

type Domain = Row<'domains.list'>;

const Setting = ({
  title,
  about,
  busy,
  onSave,
  onEnd,
  children,
}: {
  title: string;
  about: string;
  busy: boolean;
  onSave(): void;
  /** Takes it back; only given while it is set. */
  onEnd?: (() => void) | undefined;
  children: ReactNode;
}) => (
  <Card title={title} about={about}>
    <form
      className="grid gap-3"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        onSave();
      }}
    >
      {children}
      <div className="flex gap-2">
        <Button type="submit" size="small" kind="primary" busy={busy}>
          Save
        </Button>
        {onEnd && (
          <Button size="small" onClick={onEnd} disabled={busy}>
            End it
          </Button>
        )}
      </div>
    </form>
  </Card>
);

export const DomainSettings = ({ domain }: { domain: Domain }) => {
  const uids = [domain.uid];
  const [url, setUrl] = useState(domain.forwarding_url ?? '');
  const [keepPath, setKeepPath] = useState(domain.forwarding_keep_path);
  const [permanent, setPermanent] = useState(domain.forwarding_permanent);
  const [policy, setPolicy] = useState(domain.dmarc_policy);
  const [reports, setReports] = useState(domain.dmarc_email ?? '');
  const [catchAll, setCatchAll] = useState(domain.catch_all_email ?? '');
  const forward = useWrite('domains.set-forwarding', { done: 'Saved', quiet: true });
  const dmarc = useWrite('domains.set-dmarc', { done: 'Saved', quiet: true });
  const endDmarc = useWrite('domains.remove-dmarc', { done: 'DMARC is as it was at first' });
  const setCatch = useWrite('domains.set-catch-all', { done: 'Saved', quiet: true });
  const endCatch = useWrite('domains.remove-catch-all', {
    done: 'Mail for unknown addresses is refused again',
  });
  const problem = (error: unknown) => (error ? messageOf(error) : undefined);

  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Setting
        title="Web forwarding"
        about={`Where visitors of ${domain.name} go`}
        busy={forward.isPending}
        onSave={() => forward.mutate({ uids, forwarding_url: url, keep_path: keepPath, permanent })}
        onEnd={
          domain.forwarding_url
            ? () => {
                setUrl('');
                forward.mutate({ uids, forwarding_url: '' });
              }
            : undefined
        }
      >
        <Field label="Web address" problem={problem(forward.error)}>
          {(control) => (
            <Input
              {...control}
              type="url"
              placeholder="https://northpeak.example"
              value={url}
              onChange={(event) => setUrl(event.target.value)}
            />
          )}
        </Field>
        <label className="flex items-center gap-2">
          <Checkbox checked={keepPath} onChange={(event) => setKeepPath(event.target.checked)} />
          Keep path and query of the visitor
        </label>
        <label className="flex items-center gap-2">
          <Checkbox checked={permanent} onChange={(event) => setPermanent(event.target.checked)} />
          For good (301): browsers remember it
        </label>
      </Setting>
      <Setting
        title="DMARC"
        about="What receivers are asked to do with mail that is not from you"
        busy={dmarc.isPending || endDmarc.isPending}
        onSave={() => dmarc.mutate({ uids, policy, ...(reports && { email: reports }) })}
        onEnd={
          domain.dmarc_email || domain.dmarc_policy !== 'none' ? () => endDmarc.mutate({ uids }) : undefined
        }
      >
        <Field label="Policy">
          {(control) => (
            <Select
              {...control}
              value={policy}
              onChange={(event) => setPolicy(event.target.value as typeof policy)}
            >
              <option value="none">None: let it through, and report</option>
              <option value="quarantine">Quarantine: into spam</option>
              <option value="reject">Reject</option>
            </Select>
          )}
        </Field>
        <Field label="Reports go to" problem={problem(dmarc.error)}>
          {(control) => (
            <Input
              {...control}
              type="email"
              placeholder="dmarc@northpeak.example"
              value={reports}
              onChange={(event) => setReports(event.target.value)}
            />
          )}
        </Field>
      </Setting>
      <Setting
        title="Catch-all"
        about="Who gets mail for addresses that do not exist"
        busy={setCatch.isPending || endCatch.isPending}
        onSave={() => setCatch.mutate({ uids, email: catchAll })}
        onEnd={
          domain.catch_all_email
            ? () => {
                setCatchAll('');
                endCatch.mutate({ uids });
              }
            : undefined
        }
      >
        <Field label="Address" problem={problem(setCatch.error)}>
          {(control) => (
            <Input
              {...control}
              type="email"
              placeholder="ops@northpeak.example"
              value={catchAll}
              onChange={(event) => setCatchAll(event.target.value)}
            />
          )}
        </Field>
      </Setting>
    </div>
  );
};
