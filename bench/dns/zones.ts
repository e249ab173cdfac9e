// The zones of the DNS benchmark, as an installation publishes them for domains with mail, and the questions about
// them.

export type BenchRecord = { zone: string; name: string; type: string; ttlS: number; data: string };

export const NAMESERVERS = ['ns1.bench-host.net', 'ns2.bench-host.net'];
export const HOSTMASTER = 'hostmaster.bench-host.net';
/** What the SOA of every zone says, and how long it lives: the same in every server. */
export const SOA = {
  serial: 1,
  refreshS: 7200,
  retryS: 3600,
  expireS: 1_209_600,
  negativeTtlS: 60,
  ttlS: 3600,
};

const TTL_S = 300;
/** As long as that of a 2048-bit RSA key. */
const DKIM_KEY = 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA'.padEnd(392, 'Qx7f0kLmZ');

export const zoneNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `north-peak-${index}.com`);

/** Twelve records; with the SOA a zone has thirteen. */
export const recordsOf = (zone: string): BenchRecord[] => {
  const mail = 'mail.bench-host.net.';
  const dkim = `v=DKIM1; k=rsa; p=${DKIM_KEY}`;
  return (
    [
      ['', 'NS', `${NAMESERVERS[0]}.`],
      ['', 'NS', `${NAMESERVERS[1]}.`],
      ['', 'A', '192.0.2.10'],
      ['', 'AAAA', '2001:db8::10'],
      ['', 'MX', `10 ${mail}`],
      ['', 'MX', '20 mail2.bench-host.net.'],
      ['', 'TXT', '"v=spf1 include:spf.bench-host.net -all"'],
      ['_dmarc.', 'TXT', `"v=DMARC1; p=reject; rua=mailto:dmarc@${zone}"`],
      ['s1._domainkey.', 'TXT', `"${dkim.slice(0, 255)}" "${dkim.slice(255)}"`],
      ['www.', 'CNAME', `${zone}.`],
      ['autodiscover.', 'CNAME', mail],
      ['_imaps._tcp.', 'SRV', `0 1 993 ${mail}`],
    ] as const
  ).map(([host, type, data]) => ({ zone, name: `${host}${zone}`, type, ttlS: TTL_S, data }));
};

export type BenchQuestion = { name: string; type: string };

/** What receivers of mail and visitors of the website ask; one in nine is about a name that does not exist. */
const questionsOf = (zone: string): BenchQuestion[] => [
  { name: zone, type: 'MX' },
  { name: zone, type: 'TXT' },
  { name: zone, type: 'A' },
  { name: zone, type: 'AAAA' },
  { name: zone, type: 'NS' },
  { name: `_dmarc.${zone}`, type: 'TXT' },
  { name: `s1._domainkey.${zone}`, type: 'TXT' },
  { name: `www.${zone}`, type: 'A' },
  { name: `nobody-here.${zone}`, type: 'A' },
];

/** Every question about every zone once, in an order without a pattern that is the same in every run. */
export const questionsAbout = (zones: readonly string[]): BenchQuestion[] => {
  const questions = zones.flatMap(questionsOf);
  let state = 1;
  for (let index = questions.length - 1; index > 0; index -= 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (index + 1));
    [questions[index], questions[other]] = [questions[other]!, questions[index]!];
  }
  return questions;
};
