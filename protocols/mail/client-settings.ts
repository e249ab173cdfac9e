// The documents in which mail programs look for the settings of a domain: Thunderbird's autoconfig (the file format
// "config-v1.1", published by Mozilla) and Outlook's autodiscover ([MS-OXDSCLI] §2.2.4, the plain-old-XML form).

export type MailServers = {
  /** Of IMAP and of submission alike. */
  host: string;
  /** Implicit TLS (RFC 8314 §3). */
  imapsPort: number;
  submissionsPort: number;
  /** STARTTLS (RFC 6409). */
  submissionPort: number;
};

const declaration = '<?xml version="1.0" encoding="UTF-8"?>';

/** What Thunderbird and programs that follow it read. The program puts the address of its user in for the user name. */
export const autoconfigXml = (domain: string, servers: MailServers): string => {
  const server = (kind: string, type: string, port: number, socket: 'SSL' | 'STARTTLS') =>
    [
      `    <${kind} type="${type}">`,
      `      <hostname>${escaped(servers.host)}</hostname>`,
      `      <port>${port}</port>`,
      `      <socketType>${socket}</socketType>`,
      '      <username>%EMAILADDRESS%</username>',
      '      <authentication>password-cleartext</authentication>',
      `    </${kind}>`,
    ].join('\n');
  return [
    declaration,
    '<clientConfig version="1.1">',
    `  <emailProvider id="${escaped(domain)}">`,
    `    <domain>${escaped(domain)}</domain>`,
    `    <displayName>${escaped(domain)}</displayName>`,
    `    <displayShortName>${escaped(domain)}</displayShortName>`,
    server('incomingServer', 'imap', servers.imapsPort, 'SSL'),
    server('outgoingServer', 'smtp', servers.submissionsPort, 'SSL'),
    server('outgoingServer', 'smtp', servers.submissionPort, 'STARTTLS'),
    '  </emailProvider>',
    '</clientConfig>',
    '',
  ].join('\n');
};

/** What Outlook reads. @param address of the user, whose login it is; null leaves the login to the user */
export const autodiscoverXml = (address: string | null, servers: MailServers): string => {
  const protocol = (type: string, port: number, rest: string[]) =>
    [
      '      <Protocol>',
      `        <Type>${type}</Type>`,
      `        <Server>${escaped(servers.host)}</Server>`,
      `        <Port>${port}</Port>`,
      ...(address === null ? [] : [`        <LoginName>${escaped(address)}</LoginName>`]),
      '        <DomainRequired>off</DomainRequired>',
      '        <SPA>off</SPA>',
      '        <SSL>on</SSL>',
      '        <AuthRequired>on</AuthRequired>',
      ...rest.map((line) => `        ${line}`),
      '      </Protocol>',
    ].join('\n');
  return [
    declaration,
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">',
    '  <Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">',
    '    <Account>',
    '      <AccountType>email</AccountType>',
    '      <Action>settings</Action>',
    protocol('IMAP', servers.imapsPort, []),
    protocol('SMTP', servers.submissionsPort, ['<UsePOPAuth>on</UsePOPAuth>', '<SMTPLast>off</SMTPLast>']),
    '    </Account>',
    '  </Response>',
    '</Autodiscover>',
    '',
  ].join('\n');
};

/** The address in Outlook's question ([MS-OXDSCLI] §2.2.3); null when it names none. */
export const addressInQuestion = (xml: string): string | null => {
  const found = /<(?:\w+:)?EMailAddress>\s*([^<\s]{3,254})\s*<\/(?:\w+:)?EMailAddress>/i.exec(xml)?.[1];
  return found ? unescaped(found) : null;
};

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);

const unescaped = (text: string): string =>
  Object.entries(entities)
    .toReversed()
    .reduce((so, [character, entity]) => so.replaceAll(entity, character), text);
