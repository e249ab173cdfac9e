// What the operations on OAuth clients and consent requests accept, for the properties over all endpoints.
import { newId } from '../../database/uuid.ts';
import type { PropertyInput } from './endpoint-properties.ts';
import { freshName } from './order-body.ts';
import type { Body, TestInstallation } from './test-installation.ts';

/** The installation has to have no browsers, so that requests stay what they are. */
export const consentInputs = (
  api: TestInstallation,
  own: { domain: { uid: string; name: string }; mailbox: { uid: string } },
): Record<string, PropertyInput | (() => Promise<PropertyInput>)> => {
  const client = async (): Promise<{ client_id: string; uid: string }> => {
    const sent = { name: 'Property', redirect_uris: ['https://app.example/done'] };
    const { body } = await api.post('/oauth-clients', sent);
    return { client_id: body.client_id, uid: body.client.uid };
  };
  const urlOf = (clientId: string) => `${api.installation.identityUrl}/auth?client_id=${clientId}`;
  const wish = async () => ({
    mailbox_uid: own.mailbox.uid,
    consent_url: urlOf((await client()).client_id),
  });
  const request = async (): Promise<string> =>
    (await api.post('/mailboxes/consent-request/initiate', await wish())).body.data.uid;
  const cancelled = async (): Promise<string> => {
    const uid = await request();
    await api.post('/mailboxes/consent-request/cancel', { uid });
    return uid;
  };
  const picture = async (): Promise<string> => {
    const uid = newId();
    const page = { step: 'password', url: 'https://accounts.example/', title: 'Sign in' };
    await api.installation.storage.db
      .insertInto('consent_evidence')
      .values({
        ...page,
        uid,
        request_uid: await request(),
        attempt: 1,
        screenshot: Buffer.from([0xff, 0xd8, 0xff]),
        seen_at: new Date(),
      })
      .execute();
    return uid;
  };
  // Asked for anew: other operations rename the mailbox.
  const address = async () => {
    const listed = await api.post('/mailboxes/list', { domain_uid: own.domain.uid, limit: 500 });
    const { email } = listed.body.mailboxes.find(({ uid }: Body) => uid === own.mailbox.uid);
    return { mailbox_email: email, domain_name: own.domain.name };
  };
  const registered = async () => {
    const { client_id } = await client();
    const sent = { client_id, ...(await address()) };
    const { uid } = (await api.post('/mailboxes/client-id-request/initiate', sent)).body.data;
    return { uid, consent_url: urlOf(client_id) };
  };
  return {
    'oauth-clients.allow': { body: { client_id: freshName(), hosts: ['app.example'], scopes: ['openid'] } },
    'oauth-clients.approve': async () => ({ body: { uid: (await client()).uid } }),
    'oauth-clients.list': { query: {} },
    'oauth-clients.delete': async () => ({ body: { uid: (await client()).uid } }),
    'consent-requests.initiate': async () => ({ body: await wish() }),
    'consent-requests.bulk-initiate': async () => ({ body: { requests: [await wish()] } }),
    'consent-requests.status': async () => ({ params: { uid: await request() } }),
    'consent-requests.list': { query: {} },
    'consent-requests.cancel': async () => ({ body: { uid: await request() } }),
    'consent-requests.retry': async () => ({ body: { uid: await cancelled() } }),
    'consent-requests.evidence': async () => ({ query: { uid: await request() } }),
    'consent-requests.screenshot': async () => ({ query: { uid: await picture() } }),
    'consent-requests.register-client-id': async () => ({
      body: { client_id: (await client()).client_id, ...(await address()) },
    }),
    'consent-requests.client-id-list': { query: {} },
    'consent-requests.initiate-for-client-id': async () => ({ body: await registered() }),
  };
};
