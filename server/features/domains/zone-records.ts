// Every record the program keeps up for a domain: mail, and the way visitors take to the domain's forwarding.
import { dmarcText, mailRecords } from '../../../protocols/dns/mail-records.ts';
import { toHost } from '../../../protocols/dns/names.ts';
import { parseRdata } from '../../../protocols/dns/presentation.ts';
import { toFields } from '../../../protocols/dns/record-fields.ts';
import type { MailDomainSetup } from '../../../providers/contracts/mailbox-host.ts';
import type { NewRecord } from '../dns/index.ts';
import type { Domain } from './domain.ts';

const TTL_S = 3600;

type Reporting = Pick<Domain, 'dmarcEmail' | 'dmarcPolicy'>;

const dmarcOf = ({ dmarcEmail, dmarcPolicy }: Reporting) => ({
  policy: dmarcPolicy,
  rua: dmarcEmail ? [dmarcEmail] : [],
});

/** What receivers are asked to do with mail that only claims to be of the domain, and whom to tell (RFC 7489 §6.3). */
export const dmarcRecord = (domain: Reporting): NewRecord => ({
  host: '_dmarc',
  type: 'TXT',
  value: dmarcText(dmarcOf(domain)),
  priority: null,
  ttlS: TTL_S,
  purpose: 'dmarc',
});

export const zoneRecords = (
  domain: Reporting & Pick<Domain, 'name'>,
  setup: MailDomainSetup,
  webAddress: string | null,
): NewRecord[] => {
  const mail = mailRecords({
    domain: domain.name,
    mailHost: setup.mailHost,
    spf: setup.spf,
    dkim: setup.dkim,
    dmarc: dmarcOf(domain),
    imapsPort: setup.clientPorts.imaps,
    submissionsPort: setup.clientPorts.submissions,
    submissionPort: setup.clientPorts.submission,
    ttlS: TTL_S,
  });
  const web = webAddress
    ? [
        { host: '@', type: 'A', value: webAddress },
        { host: 'www', type: 'A', value: webAddress },
      ]
    : [];
  return [
    ...mail.map((record): NewRecord => {
      const { value, priority } = toFields(parseRdata(record.type, record.data));
      return {
        host: toHost(record.name, domain.name),
        type: record.type,
        value,
        priority: priority ?? null,
        ttlS: record.ttlS,
        purpose: record.purpose,
      };
    }),
    ...web.map((record): NewRecord => ({ ...record, priority: null, ttlS: TTL_S, purpose: 'forwarding' })),
  ];
};
