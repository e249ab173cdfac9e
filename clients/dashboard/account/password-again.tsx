// Asks for the password again before something changes about how somebody signs in.
import { type ReactNode, useState } from 'react';
import { Confirm } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/field.tsx';

export const PasswordAgain = ({
  open,
  onClose,
  title,
  about,
  action,
  onConfirm,
  children,
}: {
  open: boolean;
  onClose(): void;
  title: string;
  about: string;
  action: string;
  onConfirm(password: string): Promise<unknown>;
  children?: ReactNode;
}) => {
  const [password, setPassword] = useState('');
  const close = () => {
    setPassword('');
    onClose();
  };
  return (
    <Confirm
      open={open}
      onClose={close}
      title={title}
      about={about}
      action={action}
      onConfirm={() => onConfirm(password)}
    >
      {children}
      <Field label="Your password">
        {(control) => (
          <Input
            {...control}
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
    </Confirm>
  );
};
