// The built-in vendor: the embedded default of every role, on the installation's own database and planes.
import type { Clock } from '../../database/clock.ts';
import type { Db } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import type { ConsentFlow } from '../contracts/consent-flow.ts';
import type { DnsHost } from '../contracts/dns-host.ts';
import type { MailQueue } from '../contracts/mail-queue.ts';
import type { MailboxHost } from '../contracts/mailbox-host.ts';
import type { Payments } from '../contracts/payments.ts';
import type { Registrar } from '../contracts/registrar.ts';
import type { SuppressionList } from '../contracts/suppression-list.ts';
import { createConsentFlow } from './consent-flow.ts';
import { createDkimKeyStock } from './dkim-key-stock.ts';
import { createDnsHost, type DnsHostSettings } from './dns-host.ts';
import { createMailQueue } from './mail-queue.ts';
import { createMailboxHost, type MailboxHostSettings } from './mailbox-host.ts';
import { startNoticeSender } from './payment-notices.ts';
import { createPayments, type PaymentsSettings } from './payments.ts';
import { createRegistrar, type RegistrySettings } from './registrar.ts';
import { createSuppressionList } from './suppression-list.ts';

export type BuiltinSettings = {
  registry: RegistrySettings;
  dns: DnsHostSettings;
  mail: MailboxHostSettings;
  payments: PaymentsSettings & {
    /** Where notices go; it may be nearer than the public address. */
    noticeUrl(): string;
  };
  /** Where owners of mailboxes sign in; asked when used, because its port is known late. */
  identityUrl(): string;
  /** RSA keys held ready for new domains; 0 makes each key when it is needed. */
  dkimKeyStockSize: number;
};

export type BuiltinDependencies = { db: Db; secrets: SecretBox; clock: Clock; settings: BuiltinSettings };

export type BuiltinProviders = {
  registrar: Registrar;
  dnsHost: DnsHost;
  mailboxHost: MailboxHost;
  payments: Payments;
  mailQueue: MailQueue;
  suppressionList: SuppressionList;
  consentFlow: ConsentFlow;
  /** Makes keys ahead of need and sends notices of payments, in the background. */
  start(): void;
  /** Ends the background work; the providers go on working. */
  close(): Promise<void>;
};

export const createBuiltinProviders = ({
  db,
  secrets,
  clock,
  settings,
}: BuiltinDependencies): BuiltinProviders => {
  const keyStock = createDkimKeyStock({ db, secrets, clock, size: settings.dkimKeyStockSize });
  let notices: { close(): Promise<void> } | null = null;
  return {
    registrar: createRegistrar({ db, clock, settings: settings.registry }),
    dnsHost: createDnsHost({ db, clock, settings: settings.dns }),
    mailboxHost: createMailboxHost({ db, secrets, clock, keyStock, settings: settings.mail }),
    payments: createPayments({ db, secrets, clock, settings: settings.payments }),
    mailQueue: createMailQueue({ db, clock }),
    suppressionList: createSuppressionList({ db, clock }),
    consentFlow: createConsentFlow(settings.identityUrl),
    start: () => {
      notices ??= startNoticeSender({ db, secrets, clock, url: settings.payments.noticeUrl });
      keyStock.topUp().catch(() => {});
    },
    async close() {
      await notices?.close();
      await keyStock.close();
    },
  };
};
