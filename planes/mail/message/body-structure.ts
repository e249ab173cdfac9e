// BODY and BODYSTRUCTURE of a message (RFC 9051 §7.5.2; BODY is the same without extension data).
import { formatEnvelope } from './envelope.ts';
import { headerValue } from './header-fields.ts';
import { imapNstring, imapString } from './imap-string.ts';
import type { Parameter, StructuredField } from './mime-parameters.ts';
import type { MimePart } from './mime-tree.ts';

/** `extended` adds extension data: BODYSTRUCTURE rather than BODY. */
export const formatBodyStructure = (raw: Buffer, part: MimePart, extended: boolean): string => {
  const fields = part.children.length > 0 ? multipart(raw, part, extended) : singlePart(raw, part, extended);
  return `(${fields.join(' ')})`;
};

const multipart = (raw: Buffer, part: MimePart, extended: boolean): string[] => {
  const children = part.children.map((child) => formatBodyStructure(raw, child, extended)).join('');
  const fields = [children, imapString(part.subtype)];
  if (extended) fields.push(formatParameters(part.parameters), ...extension(raw, part));
  return fields;
};

const singlePart = (raw: Buffer, part: MimePart, extended: boolean): string[] => {
  const header = (name: string) => imapNstring(headerValue(raw, part.header, name) || null);
  const fields = [
    imapString(part.type),
    imapString(part.subtype),
    formatParameters(part.parameters),
    header('content-id'),
    header('content-description'),
    imapString(part.encoding),
    String(part.body[1] - part.body[0]),
  ];
  if (part.embedded) {
    fields.push(formatEnvelope(raw, part.embedded.header));
    fields.push(formatBodyStructure(raw, part.embedded, extended), String(part.lines));
  } else if (part.type === 'text') fields.push(String(part.lines));
  if (extended) fields.push(header('content-md5'), ...extension(raw, part));
  return fields;
};

// disposition, language, location
const extension = (raw: Buffer, part: MimePart): string[] => [
  formatDisposition(part.disposition),
  formatLanguages(headerValue(raw, part.header, 'content-language')),
  imapNstring(headerValue(raw, part.header, 'content-location') || null),
];

const formatParameters = (parameters: Parameter[]): string =>
  parameters.length === 0 ? 'NIL' : `(${parameters.flat().map(imapString).join(' ')})`;

const formatDisposition = (disposition: StructuredField | null): string =>
  disposition?.value
    ? `(${imapString(disposition.value.toLowerCase())} ${formatParameters(disposition.parameters)})`
    : 'NIL';

// RFC 3282 §2: tags separated by commas.
const formatLanguages = (value: string | null): string => {
  const tags = (value ?? '')
    .replace(/\([^()]*\)/g, '')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  if (tags.length === 0) return 'NIL';
  return tags.length === 1 ? imapString(tags[0]!) : `(${tags.map(imapString).join(' ')})`;
};
