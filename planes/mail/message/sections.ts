// Where each BODY[section] lies in the raw message (RFC 9051 §6.4.5.1). The index is kept beside the message, so
// that a part of a big message can be read without the rest.
import type { ByteRange } from './header-fields.ts';
import type { MimePart } from './mime-tree.ts';

/** Part numbers joined by dots (`1.2`); empty for the message itself. */
export type PartRanges = {
  path: string;
  header: ByteRange;
  body: ByteRange;
  /** Present for message/rfc822: the header and the text of the message inside. */
  inner?: { header: ByteRange; body: ByteRange };
};

export type SectionText = '' | 'HEADER' | 'TEXT' | 'MIME';

/** The ranges of every part, the message first. */
export const partRanges = (root: MimePart): PartRanges[] => {
  const ranges: PartRanges[] = [{ path: '', header: root.header.range, body: root.body }];
  addMessage(ranges, root, '');
  return ranges;
};

// The parts of a message are its children when it is a multipart; otherwise its body is part 1.
const addMessage = (ranges: PartRanges[], message: MimePart, prefix: string) => {
  if (message.children.length === 0) addPart(ranges, message, `${prefix}1`);
  else addChildren(ranges, message, prefix);
};

const addChildren = (ranges: PartRanges[], part: MimePart, prefix: string) => {
  for (const [index, child] of part.children.entries()) addPart(ranges, child, `${prefix}${index + 1}`);
};

const addPart = (ranges: PartRanges[], part: MimePart, path: string) => {
  const { embedded } = part;
  const inner = embedded ? { header: embedded.header.range, body: embedded.body } : undefined;
  ranges.push({ path, header: part.header.range, body: part.body, ...(inner && { inner }) });
  if (embedded) addMessage(ranges, embedded, `${path}.`);
  else addChildren(ranges, part, `${path}.`);
};

/** The bytes of a section, or null where there is no such part or text of it. */
export const sectionRange = (ranges: PartRanges[], path: string, text: SectionText): ByteRange | null => {
  const part = ranges.find((candidate) => candidate.path === path);
  if (!part) return null;
  if (path === '') {
    if (text === 'HEADER') return part.header;
    if (text === 'TEXT') return part.body;
    return text === '' ? [part.header[0], part.body[1]] : null;
  }
  if (text === '') return part.body;
  if (text === 'MIME') return part.header;
  return (text === 'HEADER' ? part.inner?.header : part.inner?.body) ?? null;
};
