// What every mailbox host must do, easiest first: where it is reached, what a domain must publish, one mailbox,
// its life, refusals, requests that meet each other, broken connections.
import { createPublicKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failureOf, outcomesOf } from './failure.conformance.ts';
import { type FaultOptions, type Faults, faultsOf } from './faults.conformance.ts';
import { mailboxChangesConformance } from './mailbox-changes.conformance.ts';
import type { CreateMailbox, HostedMailbox, MailboxHost, MailboxPage } from './mailbox-host.ts';
import { type SigningKeyOptions, signingKeysConformance } from './signing-keys.conformance.ts';

export type MailboxHostUnderTest = {
  mailboxHost: MailboxHost;
  /** A domain the host does not know; another one on each call. */
  freshName(): string;
  /** Whether the host lets a mail client in with this secret now, asked where the client would ask. */
  signIn(address: string, secret: string): Promise<boolean>;
  faults?: Faults;
  cleanUp(): Promise<void>;
};

/** Runs the suite against what `open` gives; `open` runs once per case. */
export const mailboxHostConformance = (
  name: string,
  open: () => Promise<MailboxHostUnderTest>,
  options: FaultOptions & SigningKeyOptions = {},
): void => {
  describe(`${name} as a mailbox host`, () => {
    let target: MailboxHostUnderTest;
    let host: MailboxHost;
    let domain: string;
    const workspaceId = crypto.randomUUID();

    beforeEach(async () => {
      target = await open();
      host = target.mailboxHost;
      domain = target.freshName();
    });
    afterEach(async () => {
      await target.cleanUp();
    });

    const mara = (changes: Partial<CreateMailbox> = {}): CreateMailbox => ({
      id: crypto.randomUUID(),
      workspaceId,
      address: `mara@${domain}`,
      displayName: 'Mara Voss',
      platform: 'GOOGLE',
      password: 'correct-horse-Battery-9',
      appPassword: 'qwjxkdbnvhpslfty',
      idempotencyKey: crypto.randomUUID(),
      ...changes,
    });
    const setUp = () => host.setUpDomain({ name: domain, workspaceId });

    test('says where its clients connect', async () => {
      const { smtp, imap } = await host.access();
      for (const endpoint of [smtp, imap]) {
        expect(endpoint.host).not.toBe('');
        expect(endpoint.port).toBeGreaterThan(0);
        expect(['tls', 'starttls']).toContain(endpoint.security);
      }
    });

    test('knows no mailbox that nobody made', async () => {
      expect(await host.findMailbox({ id: crypto.randomUUID() })).toBeNull();
      expect(await host.findMailbox({ address: `mara@${domain}` })).toBeNull();
    });

    describe('sets up a domain', () => {
      test('and says where its mail goes, who sends for it, and how clients connect', async () => {
        const { mailHost, spf, clientPorts, access } = await setUp();
        expect(mailHost).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
        expect(spf.mx || spf.include.length + spf.ip4.length + spf.ip6.length > 0).toBe(true);
        for (const port of Object.values(clientPorts)) expect(port).toBeGreaterThan(0);
        expect(access).toEqual(await host.access());
      });

      test('with signing keys whose public halves are fit to publish', async () => {
        const { dkim } = await setUp();
        expect(dkim.length).toBeGreaterThan(0);
        expect(new Set(dkim.map((key) => key.selector)).size).toBe(dkim.length);
        for (const { algorithm, publicKeyDer } of dkim) {
          const der = Buffer.from(publicKeyDer, 'base64');
          const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
          expect(`${key.asymmetricKeyType}-sha256`).toBe(algorithm);
          // RFC 8301 §3.2: signers use at least 2048 bits.
          if (algorithm === 'rsa-sha256') {
            expect(key.asymmetricKeyDetails?.modulusLength).toBeGreaterThanOrEqual(2048);
          }
        }
      });

      test('with keys no other domain has', async () => {
        const other = await host.setUpDomain({ name: target.freshName(), workspaceId });
        const keys = [...(await setUp()).dkim, ...other.dkim].map((key) => key.publicKeyDer);
        expect(new Set(keys).size).toBe(keys.length);
      });

      test('once: asking again gives the same answer', async () => {
        expect(await setUp()).toEqual(await setUp());
      });

      test('once, also when asked twice at the same moment', async () => {
        const [one, two] = await Promise.all([setUp(), setUp()]);
        expect(one).toEqual(two);
        expect(await setUp()).toEqual(one);
      });

      test('and then says that it has it, and for whom', async () => {
        expect(await host.knownDomains([domain])).toEqual([]);
        await setUp();
        const [known, ...others] = await host.knownDomains([`not-${domain}`, domain]);
        expect([known, others]).toMatchObject([{ name: domain, outside: false }, []]);
        expect([workspaceId, null]).toContain(known!.workspaceId);
        expect(await host.knownDomains([])).toEqual([]);
        await host.removeDomain(domain);
        expect(await host.knownDomains([domain])).toEqual([]);
      });
    });

    mailboxChangesConformance(() => ({ target, host, domain, mara, setUp }));

    signingKeysConformance(() => ({ host, domain, setUp }), options);

    describe('creates a mailbox', () => {
      beforeEach(setUp);

      test('and finds it by id and by address', async () => {
        const request = mara();
        const created = await host.createMailbox(request);
        expect(created).toEqual({
          id: request.id,
          address: request.address,
          displayName: 'Mara Voss',
          status: 'active',
          aliases: [],
          forwarding: null,
        });
        expect(await host.findMailbox({ id: request.id })).toEqual(created);
        expect(await host.findMailbox({ address: request.address })).toEqual(created);
      });

      test('that opens with its password and with its app password, and with nothing else', async () => {
        const { address, password, appPassword } = mara();
        await host.createMailbox(mara());
        expect(await target.signIn(address, password)).toBe(true);
        expect(await target.signIn(address, appPassword)).toBe(true);
        expect(await target.signIn(address, `${password}x`)).toBe(false);
        expect(await target.signIn(address, '')).toBe(false);
      });

      test('for every platform a customer can order', async () => {
        for (const platform of ['GOOGLE', 'MICROSOFT', 'AZURE', 'SMTP'] as const) {
          const address = `${platform.toLowerCase()}@${domain}`;
          expect(await host.createMailbox(mara({ platform, address }))).toMatchObject({ address });
        }
      });

      test('under an address without capitals, whatever was typed', async () => {
        await host.createMailbox(mara({ address: `Mara@${domain.toUpperCase()}` }));
        expect((await host.findMailbox({ address: `MARA@${domain}` }))?.address).toBe(`mara@${domain}`);
      });

      test('once: the same id again changes nothing, not even the password', async () => {
        const request = mara();
        const first = await host.createMailbox(request);
        const again = await host.createMailbox({
          ...request,
          password: 'another-Password-1',
          displayName: 'X',
        });
        expect(again).toEqual(first);
        expect(await target.signIn(request.address, request.password)).toBe(true);
        expect(await target.signIn(request.address, 'another-Password-1')).toBe(false);
      });

      test('once, also when the same request comes twice at the same moment', async () => {
        const request = mara();
        const [one, two] = await Promise.all([host.createMailbox(request), host.createMailbox(request)]);
        expect(one).toEqual(two);
      });
    });

    describe('looks after a mailbox', () => {
      beforeEach(setUp);

      test('and closes it to the old password when it gets a new one', async () => {
        const request = mara();
        await host.createMailbox(request);
        await host.setPassword(request.id, 'a-New-password-2', 'mznxbcvlaksjdhfg');
        expect(await target.signIn(request.address, request.password)).toBe(false);
        expect(await target.signIn(request.address, request.appPassword)).toBe(false);
        expect(await target.signIn(request.address, 'a-New-password-2')).toBe(true);
        expect(await target.signIn(request.address, 'mznxbcvlaksjdhfg')).toBe(true);
      });

      test('and leaves it without an app password when the new one is null', async () => {
        const request = mara();
        await host.createMailbox(request);
        await host.setPassword(request.id, request.password, null);
        expect(await target.signIn(request.address, request.appPassword)).toBe(false);
        expect(await target.signIn(request.address, request.password)).toBe(true);
      });

      test.for(['inactive', 'suspended', 'archived'] as const)(
        'and keeps everybody out while it is %s',
        async (closed) => {
          const request = mara();
          await host.createMailbox(request);
          await host.setStatus(request.id, closed);
          await host.setStatus(request.id, closed);
          const shown = (await host.closes()).includes(closed) ? closed : 'suspended';
          expect((await host.findMailbox({ id: request.id }))?.status).toBe(shown);
          expect(await target.signIn(request.address, request.password)).toBe(false);
          await host.setStatus(request.id, 'active');
          expect(await target.signIn(request.address, request.password)).toBe(true);
        },
      );

      test('and lists it with all others, each once, in pages of any size', async () => {
        const made = [mara(), mara({ address: `zoe@${domain}` }), mara({ address: `li@${domain}` })];
        for (const request of made) await host.createMailbox(request);
        for (const limit of [1, 2, 100]) {
          const listed: HostedMailbox[] = [];
          let cursor: string | null = null;
          do {
            const page: MailboxPage = await host.listMailboxes({ cursor, limit });
            expect(page.mailboxes.length).toBeLessThanOrEqual(limit);
            listed.push(...page.mailboxes);
            cursor = page.next;
          } while (cursor !== null);
          expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
          for (const { id } of made) {
            expect(listed.find((one) => one.id === id)).toEqual(await host.findMailbox({ id }));
          }
        }
      });

      test('and says whether its secrets are these, if it says such things', async () => {
        const request = mara();
        await host.createMailbox(request);
        expect([true, null]).toContain(await host.opensWith(request.id, request));
        expect([false, null]).toContain(
          await host.opensWith(request.id, { ...request, password: 'another-Password-1' }),
        );
      });

      test('until it is removed, as often as asked', async () => {
        const request = mara();
        await host.createMailbox(request);
        await host.removeMailbox(request.id);
        await host.removeMailbox(request.id);
        expect(await host.findMailbox({ id: request.id })).toBeNull();
        expect(await target.signIn(request.address, request.password)).toBe(false);
      });

      test('and gives the address of a removed one to another', async () => {
        const [first, second] = [mara(), mara()];
        await host.createMailbox(first);
        await host.removeMailbox(first.id);
        expect((await host.createMailbox(second)).id).toBe(second.id);
      });

      test('and removes an empty domain, as often as asked', async () => {
        await host.removeDomain(domain);
        await host.removeDomain(domain);
        expect((await failureOf(host.createMailbox(mara()))).kind).toBe('notFound');
      });
    });

    describe('refuses', () => {
      test('a mailbox on a domain that was not set up', async () => {
        expect((await failureOf(host.createMailbox(mara()))).kind).toBe('notFound');
      });

      test('an address that is none', async () => {
        await setUp();
        for (const address of [domain, `@${domain}`, `ma ra@${domain}`, `mara@x@${domain}`]) {
          expect((await failureOf(host.createMailbox(mara({ address })))).kind, address).toBe('rejected');
        }
      });

      test('an address that belongs to another mailbox, which keeps its password', async () => {
        await setUp();
        const first = mara();
        await host.createMailbox(first);
        const failure = await failureOf(host.createMailbox(mara({ password: 'somebody-Else-3' })));
        expect(failure).toMatchObject({ kind: 'conflict', reason: 'address_taken' });
        expect((await host.findMailbox({ address: first.address }))?.id).toBe(first.id);
        expect(await target.signIn(first.address, first.password)).toBe(true);
      });

      test('an id that belongs to another address', async () => {
        await setUp();
        const first = mara();
        await host.createMailbox(first);
        const failure = await failureOf(host.createMailbox({ ...first, address: `otto@${domain}` }));
        expect(failure).toMatchObject({ kind: 'conflict', reason: 'id_taken' });
      });

      test('to change a mailbox it does not have', async () => {
        const id = crypto.randomUUID();
        expect((await failureOf(host.setPassword(id, 'a-New-password-2', null))).kind).toBe('notFound');
        expect((await failureOf(host.setStatus(id, 'suspended'))).kind).toBe('notFound');
      });

      test('to remove a domain that still has mailboxes, and keeps them', async () => {
        await setUp();
        const request = mara();
        await host.createMailbox(request);
        const failure = await failureOf(host.removeDomain(domain));
        expect(failure).toMatchObject({ kind: 'conflict', reason: 'domain_in_use' });
        expect(await target.signIn(request.address, request.password)).toBe(true);
        await host.removeMailbox(request.id);
        await host.removeDomain(domain);
      });
    });

    test('gives an address that several ask for at once to one of them', async () => {
      await setUp();
      const { values, failures } = await outcomesOf([mara(), mara(), mara()].map(host.createMailbox));
      expect(values).toHaveLength(1);
      expect(failures.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual(
        Array(2).fill('conflict address_taken'),
      );
      expect(await host.findMailbox({ address: `mara@${domain}` })).toEqual(values[0]);
    });

    if (options.faults === false) return;

    describe('when things go wrong on the way', () => {
      test.for(options.failureKinds ?? (['transient'] as const))(
        'says %s when it is, has made nothing, and makes it when asked again',
        async (kind) => {
          await setUp();
          const request = mara();
          faultsOf(target).failNext(kind);
          expect((await failureOf(host.createMailbox(request))).kind).toBe(kind);
          expect(await host.findMailbox({ id: request.id })).toBeNull();
          expect((await host.createMailbox(request)).id).toBe(request.id);
        },
      );

      test('a slow answer is as right as a quick one', async () => {
        faultsOf(target).slow(20);
        await setUp();
        const request = mara();
        expect(await host.createMailbox(request)).toEqual(await host.findMailbox({ id: request.id }));
      });

      test('a connection that died before the host acted leaves no mailbox, and the repeat makes it', async () => {
        await setUp();
        const request = mara();
        faultsOf(target).timeOutBeforeActing();
        expect((await failureOf(host.createMailbox(request))).kind).toBe('outcomeUnknown');
        expect(await host.findMailbox({ id: request.id })).toBeNull();
        await host.createMailbox(request);
        expect(await target.signIn(request.address, request.password)).toBe(true);
      });

      test('a connection that died after the host acted leaves the mailbox, and the repeat changes nothing', async () => {
        await setUp();
        const request = mara();
        faultsOf(target).timeOutAfterActing();
        expect((await failureOf(host.createMailbox(request))).kind).toBe('outcomeUnknown');
        const found = await host.findMailbox({ id: request.id });
        expect(found?.address).toBe(request.address);
        expect(await host.createMailbox(request)).toEqual(found);
      });

      if (options.dkimRotation !== false) {
        test('new signing keys whose answer was lost are there, and the repeat answers the same ones', async () => {
          await setUp();
          faultsOf(target).timeOutAfterActing();
          expect((await failureOf(host.addDkimKeys(domain))).kind).toBe('outcomeUnknown');
          const waiting = (await host.dkimKeys(domain)).filter(({ state }) => state === 'waiting');
          expect(waiting.length).toBeGreaterThan(0);
          expect(await host.addDkimKeys(domain)).toEqual(waiting);
        });
      }

      test('a domain whose answer was lost has its keys, and the repeat gives the same ones', async () => {
        faultsOf(target).timeOutAfterActing();
        expect((await failureOf(setUp())).kind).toBe('outcomeUnknown');
        const setup = await setUp();
        expect(setup.dkim.length).toBeGreaterThan(0);
        expect(await setUp()).toEqual(setup);
      });
    });
  });
};
