// Repair never helps anybody to a name: what the registrar's account holds is pointed here only for its buyer.
import { expect, test } from 'vitest';
import { activeDomain } from '../../testing/active-domain.ts';
import { useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();

test('repair leaves the delegation of a domain alone that was connected and not bought', async () => {
  const { uid, name } = await activeDomain(api);
  const registrar = api.installation.context.providers.registrar();
  await registrar.setNameservers(name, ['ns1.elsewhere.example']);
  await api.installation.storage.db
    .updateTable('domain')
    .set({ connection_type: 'connected' })
    .where('uid', '=', uid)
    .execute();

  const { body } = await api.post('/dns/repair', { uid });
  expect(body.results[0].actions.map(({ what }: { what: string }) => what)).not.toContain('delegated');
  const registration = await registrar.findRegistration({ name });
  expect(registration!.nameservers).toEqual(['ns1.elsewhere.example']);
});
