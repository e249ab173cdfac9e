// Who registers the domains: registries ask for it.
import type { Input as InputOf } from '../../sdk/index.ts';
import { Card } from '../ui/card.tsx';
import { Field, Input } from '../ui/field.tsx';

export type Contact = NonNullable<InputOf<'orders.place'>['contact_details']>;

const fields = [
  ['first_name', 'First name', 'given-name'],
  ['last_name', 'Last name', 'family-name'],
  ['email', 'E-mail', 'email'],
  ['organization', 'Company', 'organization'],
  ['address_line1', 'Street', 'address-line1'],
  ['postal_code', 'Postal code', 'postal-code'],
  ['city', 'City', 'address-level2'],
  ['state', 'State', 'address-level1'],
  ['country', 'Country, two letters', 'country'],
] as const;

export const emptyContact: Contact = {};

export const ContactFields = ({
  contact,
  onChange,
}: {
  contact: Contact;
  onChange(contact: Contact): void;
}) => (
  <Card title="3. Owner of the domains" about="Goes to the registry; the address is asked to confirm">
    <div className="grid gap-3 sm:grid-cols-3">
      {fields.map(([name, label, autoComplete]) => (
        <Field key={name} label={label}>
          {(control) => (
            <Input
              {...control}
              name={name}
              autoComplete={autoComplete}
              value={contact[name] ?? ''}
              onChange={(event) => {
                const { [name]: _before, ...rest } = contact;
                onChange(event.target.value === '' ? rest : { ...rest, [name]: event.target.value });
              }}
            />
          )}
        </Field>
      ))}
    </div>
  </Card>
);
