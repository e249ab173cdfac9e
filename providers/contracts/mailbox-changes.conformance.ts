// What every mailbox host must do with a mailbox that changes its name, its addresses, or where its mail goes on to.
import { beforeEach, describe, expect, test } from 'vitest';
import { failureOf, outcomesOf } from './failure.conformance.ts';
import type { MailboxHostUnderTest } from './mailbox-host.conformance.ts';
import type { CreateMailbox, MailboxHost } from './mailbox-host.ts';

type Ground = {
  target: MailboxHostUnderTest;
  host: MailboxHost;
  domain: string;
  mara(changes?: Partial<CreateMailbox>): CreateMailbox;
  setUp(): Promise<unknown>;
};

/** `ground` is asked within each case. */
export const mailboxChangesConformance = (ground: () => Ground): void => {
  describe('changes a mailbox', () => {
    let host: MailboxHost;
    let domain: string;
    let mailbox: CreateMailbox;

    beforeEach(async () => {
      const { mara, setUp } = ground();
      ({ host, domain } = ground());
      await setUp();
      mailbox = mara();
      await host.createMailbox(mailbox);
    });
    const found = () => host.findMailbox({ id: mailbox.id });

    test('that gets another display name', async () => {
      await host.setDisplayName(mailbox.id, 'Zoë 李');
      await host.setDisplayName(mailbox.id, 'Zoë 李');
      expect(await found()).toMatchObject({ displayName: 'Zoë 李', address: mailbox.address });
    });

    test('that gets another address: it opens there with the password it had', async () => {
      const address = `voss@${domain}`;
      await host.setAddresses(mailbox.id, { address, aliases: [mailbox.address] });
      await host.setAddresses(mailbox.id, { address, aliases: [mailbox.address] });
      expect(await found()).toMatchObject({ address, aliases: [mailbox.address] });
      expect((await host.findMailbox({ address: mailbox.address }))?.id).toBe(mailbox.id);
      expect(await ground().target.signIn(address, mailbox.password)).toBe(true);
    });

    test('that goes back to the address it had', async () => {
      const address = `voss@${domain}`;
      await host.setAddresses(mailbox.id, { address, aliases: [mailbox.address] });
      await host.setAddresses(mailbox.id, { address: mailbox.address, aliases: [address] });
      expect(await found()).toMatchObject({ address: mailbox.address, aliases: [address] });
      await host.setAddresses(mailbox.id, { address: mailbox.address, aliases: [] });
      expect(await found()).toMatchObject({ address: mailbox.address, aliases: [] });
      expect(await host.findMailbox({ address })).toBeNull();
    });

    test('and gives an alias to nobody else before it ends', async () => {
      const { mara } = ground();
      const address = `voss@${domain}`;
      await host.setAddresses(mailbox.id, { address, aliases: [mailbox.address] });
      const taken = { kind: 'conflict', reason: 'address_taken' };
      expect(await failureOf(host.createMailbox(mara()))).toMatchObject(taken);
      const otto = mara({ address: `otto@${domain}` });
      await host.createMailbox(otto);
      const wanted = { address: mailbox.address, aliases: [] };
      expect(await failureOf(host.setAddresses(otto.id, wanted))).toMatchObject(taken);
      const asAlias = { address: otto.address, aliases: [address] };
      expect(await failureOf(host.setAddresses(otto.id, asAlias))).toMatchObject(taken);
      expect(await host.findMailbox({ id: otto.id })).toMatchObject({ address: otto.address, aliases: [] });
      await host.setAddresses(mailbox.id, { address, aliases: [] });
      expect((await host.createMailbox(mara())).address).toBe(mailbox.address);
    });

    test('and gives an address that several want at once to one of them', async () => {
      const { mara } = ground();
      const wanted = `voss@${domain}`;
      const otto = mara({ address: `otto@${domain}` });
      await host.createMailbox(otto);
      const { failures } = await outcomesOf<unknown>([
        host.setAddresses(mailbox.id, { address: wanted, aliases: [mailbox.address] }),
        host.setAddresses(otto.id, { address: wanted, aliases: [otto.address] }),
        host.createMailbox(mara({ address: wanted })),
      ]);
      expect(failures.map(({ reason }) => reason)).toEqual(['address_taken', 'address_taken']);
      expect(await host.findMailbox({ address: wanted })).not.toBeNull();
    });

    test('whose mail goes on to another address, until it does not any more', async () => {
      const forwarding = { address: 'team@northpeak.example', keepCopy: false };
      await host.setForwarding(mailbox.id, forwarding);
      await host.setForwarding(mailbox.id, forwarding);
      expect((await found())?.forwarding).toEqual(forwarding);
      await host.setForwarding(mailbox.id, { ...forwarding, keepCopy: true });
      expect((await found())?.forwarding).toEqual({ ...forwarding, keepCopy: true });
      await host.setForwarding(mailbox.id, null);
      expect((await found())?.forwarding).toBeNull();
    });

    test('but none that it does not have', async () => {
      const id = crypto.randomUUID();
      const failures = await Promise.all([
        failureOf(host.setDisplayName(id, 'Nobody')),
        failureOf(host.setAddresses(id, { address: `nobody@${domain}`, aliases: [] })),
        failureOf(host.setForwarding(id, null)),
      ]);
      expect(failures.map(({ kind }) => kind)).toEqual(['notFound', 'notFound', 'notFound']);
    });
  });
};
