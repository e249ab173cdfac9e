// ENVELOPE of a message header (RFC 9051 §7.5.2).
import { type Address, parseAddressList } from './address-list.ts';
import { type HeaderBlock, headerList, headerValue } from './header-fields.ts';
import { imapNstring } from './imap-string.ts';

/** `("date" "subject" from sender reply-to to cc bcc "in-reply-to" "message-id")`. */
export const formatEnvelope = (raw: Buffer, header: HeaderBlock): string => {
  const text = (name: string) => imapNstring(headerValue(raw, header, name));
  const list = (name: string) => formatAddresses(parseAddressList(headerList(raw, header, name)));
  const from = list('from');
  // A missing or empty Sender or Reply-To is shown as From.
  const orFrom = (name: string) => {
    const own = list(name);
    return own === 'NIL' ? from : own;
  };
  const fields = [
    text('date'),
    text('subject'),
    from,
    orFrom('sender'),
    orFrom('reply-to'),
    list('to'),
    list('cc'),
    list('bcc'),
    text('in-reply-to'),
    text('message-id'),
  ];
  return `(${fields.join(' ')})`;
};

const formatAddresses = (addresses: Address[]): string =>
  addresses.length === 0 ? 'NIL' : `(${addresses.map(formatAddress).join('')})`;

const formatAddress = ({ name, route, mailbox, host }: Address): string =>
  `(${[name, route, mailbox, host].map(imapNstring).join(' ')})`;
