// Every record the program keeps up for a domain: mail, and the way visitors take to the domain's forwarding.
import { mailRecords } from '../../../protocols/dns/mail-records.ts';
import { toHost } from '../../../protocols/dns/names.ts';
import { parseRdata } from '../../../protocols/dns/presentation.ts';
import { toFields } from '../../../protocols/dns/record-fields.ts';
import type { MailDomainSetup } from '../../../providers/contracts/mailbox-host.ts';
import type { NewRecord } from '../dns/index.ts';

const TTL_S = 3600;

export const zoneRecords = (
  domain: { name: string; dmarcEmail: string | null },
  setup: MailDomainSetup,
  webAddress: string | null,
): NewRecord[] => {
  const mail = mailRecords({
    domain: domain.name,
    mailHost: setup.mailHost,
    spf: setup.spf,
    dkim: setup.dkim,
    dmarc: { policy: 'none', rua: domain.dmarcEmail ? [domain.dmarcEmail] : [] },
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
