// Byte ranges of MIME parts, on messages made up and on anything else.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeMessage } from './message-description.ts';
import { type MimePart, parseMime } from './mime-tree.ts';
import { partRanges, sectionRange } from './sections.ts';

const octets = (text: string) => Buffer.from(text.replace(/\n/g, '\r\n'), 'latin1');

type Tree = { leaf: Buffer } | { children: Tree[] } | { message: Tree };

// Lines that no boundary of ours can be mistaken for.
const leafText = fc
  .array(fc.stringMatching(/^[ -,.-~]{0,30}$/), { maxLength: 4 })
  .map((lines) => lines.join('\r\n'));

const trees = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'mime' },
    leafText.map((text): Tree => ({ leaf: Buffer.from(text) })),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((children): Tree => ({ children })),
    tie('tree').map((message): Tree => ({ message })),
  ),
})).tree;

let boundaries = 0;

const build = (tree: Tree): Buffer => {
  if ('leaf' in tree) return Buffer.concat([Buffer.from('Content-Type: text/plain\r\n\r\n'), tree.leaf]);
  if ('message' in tree)
    return Buffer.concat([Buffer.from('Content-Type: message/rfc822\r\n\r\n'), build(tree.message)]);
  const boundary = `b${++boundaries}`;
  const parts = tree.children.flatMap((child) => [Buffer.from(`\r\n--${boundary}\r\n`), build(child)]);
  const head = Buffer.from(`Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\nprologue`);
  return Buffer.concat([head, ...parts, Buffer.from(`\r\n--${boundary}--\r\nepilogue`)]);
};

const leaves = (tree: Tree): Buffer[] =>
  'leaf' in tree ? [tree.leaf] : 'message' in tree ? leaves(tree.message) : tree.children.flatMap(leaves);

const parsedLeaves = (raw: Buffer, part: MimePart): Buffer[] => {
  if (part.embedded) return parsedLeaves(raw, part.embedded);
  if (part.children.length > 0) return part.children.flatMap((child) => parsedLeaves(raw, child));
  return [raw.subarray(...part.body)];
};

/** Every octet of `part` once, put together from what its parts cover and what lies between them. */
const reassemble = (raw: Buffer, part: MimePart): Buffer => {
  const pieces = [raw.subarray(...part.header.range)];
  const inner = part.embedded ? [part.embedded] : part.children;
  let at = part.body[0];
  for (const child of inner) {
    expect(child.header.range[0]).toBeGreaterThanOrEqual(at);
    expect(child.body[1]).toBeLessThanOrEqual(part.body[1]);
    pieces.push(raw.subarray(at, child.header.range[0]), reassemble(raw, child));
    at = child.body[1];
  }
  pieces.push(raw.subarray(at, part.body[1]));
  expect(part.header.range[1]).toBe(part.body[0]);
  return Buffer.concat(pieces);
};

describe('parseMime', () => {
  it('finds the octets of every leaf of any structure', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const raw = build(tree);
        expect(parsedLeaves(raw, parseMime(raw)).map(String)).toEqual(leaves(tree).map(String));
      }),
      { numRuns: 200 },
    );
  });

  it('covers every octet of a message exactly once', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const raw = build(tree);
        expect(reassemble(raw, parseMime(raw)).equals(raw)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('takes any octets for a message, and covers them too', () => {
    const word = fc.constantFrom(
      ...[
        '\r\n',
        '\n',
        '\r',
        '--b',
        '--b--',
        '--',
        ':',
        ' ',
        '\t',
        '"',
        ';',
        '\0',
        'x',
        '(',
        ')',
        '=',
        '/',
        '\xff',
      ],
      'Content-Type: multipart/mixed; boundary=b\r\n',
      'Content-Type: message/rfc822\r\n',
      'Content-Disposition: attachment; filename*0*=utf-8',
      'From: <@',
    );
    const text = fc.array(word, { maxLength: 40 }).map((words) => Buffer.from(words.join(''), 'latin1'));
    fc.assert(
      fc.property(fc.oneof(text, fc.uint8Array({ maxLength: 300 }).map(Buffer.from)), (raw) => {
        const root = parseMime(raw);
        expect(reassemble(raw, root).equals(raw)).toBe(true);
        const described = describeMessage(raw);
        for (const string of [described.envelope, described.body, described.bodystructure]) readList(string);
        for (const { path } of described.parts) {
          for (const kind of ['', 'MIME', 'HEADER', 'TEXT'] as const)
            sectionRange(described.parts, path, kind);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives the line break in front of a delimiter to the delimiter', () => {
    const raw = octets('Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n\n--b\n\ntwo--b\n--b--\n');
    expect(parsedLeaves(raw, parseMime(raw)).map(String)).toEqual(['one\r\n', 'two--b']);
  });

  it('reads messages with bare line feeds', () => {
    const raw = Buffer.from('Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b--\n');
    const root = parseMime(raw);
    expect(parsedLeaves(raw, root).map(String)).toEqual(['one', 'two']);
    expect(root.lines).toBe(7);
  });

  it.each([
    ['no boundary', 'Content-Type: multipart/mixed\n\nbody\n', 'text/plain', 0],
    ['no delimiter', 'Content-Type: multipart/mixed; boundary=x\n\nbody\n', 'multipart/mixed', 1],
    ['only the last delimiter', 'Content-Type: multipart/mixed; boundary=x\n\n--x--\n', 'multipart/mixed', 1],
    ['no last delimiter', 'Content-Type: multipart/mixed; boundary=x\n\n--x\n\nbody\n', 'multipart/mixed', 1],
    [
      'nothing between delimiters',
      'Content-Type: multipart/mixed; boundary=x\n\n--x\n--x\n--x--',
      'multipart/mixed',
      2,
    ],
    [
      'white space after delimiters',
      'Content-Type: multipart/mixed; boundary=x\n\n--x \t\n\na\n--x--z\n',
      'multipart/mixed',
      1,
    ],
    [
      'a boundary that another starts with',
      'Content-Type: multipart/mixed; boundary=x\n\n--xy\n\n--x\n\na',
      'multipart/mixed',
      1,
    ],
    ['an unreadable type', 'Content-Type: ???\n\nbody\n', 'text/plain', 0],
    ['no header', '\nbody\n', 'text/plain', 0],
    ['no body', 'Content-Type: image/png', 'image/png', 0],
    ['nothing', '', 'text/plain', 0],
  ])('makes the best of a message with %s', (_, text, type, children) => {
    const part = parseMime(octets(text));
    expect([`${part.type}/${part.subtype}`, part.children.length]).toEqual([type, children]);
  });

  it('stops at structures that are deeper or wider than any real one', () => {
    const deep = octets('Content-Type: message/rfc822\n\n'.repeat(1000));
    const depth = (part: MimePart): number => (part.embedded ? 1 + depth(part.embedded) : 1);
    expect(depth(parseMime(deep))).toBeLessThan(100);
    const wide = octets(`Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(5000)}`);
    const root = parseMime(wide);
    expect(root.children.length).toBeLessThanOrEqual(1000);
    expect(reassemble(wide, root).equals(wide)).toBe(true);
  });
});

describe('partRanges', () => {
  it('numbers the parts of nested messages', () => {
    const raw = octets(`Content-Type: multipart/mixed; boundary=a

--a

plain
--a
Content-Type: message/rfc822

Content-Type: multipart/mixed; boundary=b

--b

one
--b
Content-Type: message/rfc822

Subject: innermost

two
--b--
--a--
`);
    const ranges = partRanges(parseMime(raw));
    expect(ranges.map(({ path }) => path)).toEqual(['', '1', '2', '2.1', '2.2', '2.2.1']);
    const text = (path: string, kind: '' | 'HEADER' | 'TEXT' | 'MIME') => {
      const range = sectionRange(ranges, path, kind);
      return range && raw.toString('latin1', ...range);
    };
    expect(text('2.2', '')).toBe('Subject: innermost\r\n\r\ntwo');
    expect(text('2.2', 'HEADER')).toBe('Subject: innermost\r\n\r\n');
    expect(text('2.2', 'TEXT')).toBe('two');
    expect(text('2.2.1', '')).toBe('two');
    expect(text('1', 'HEADER')).toBeNull();
    expect(text('3', '')).toBeNull();
    expect(text('', 'MIME')).toBeNull();
  });
});

/** Reads a parenthesized list with strings and literals to its end; fails on anything else. */
function readList(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const token = /^(?:[()]| |NIL|\d+|"(?:[^"\\\r\n\x80-\xff]|\\["\\])*")/.exec(rest)?.[0];
    const literal = /^\{(\d+)\}\r\n/.exec(rest);
    if (token === '(') depth++;
    if (token === ')') depth--;
    if (!token && !literal) throw new Error(`not a list at ${at}: ${JSON.stringify(text)}`);
    at += token ? token.length : literal![0].length + Number(literal![1]);
    if (depth === 0 && at < text.length) throw new Error(`more than a list: ${JSON.stringify(text)}`);
  }
  if (depth !== 0) throw new Error(`not closed: ${JSON.stringify(text)}`);
}
