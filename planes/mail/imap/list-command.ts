// LIST and LSUB (RFC 9051 §6.3.9, RFC 3501 §6.3.9; LIST-EXTENDED RFC 5258, LIST-STATUS RFC 5819).
import { quotedString } from '../message/imap-string.ts';
import { type Folder, folderList, levelSeparator, subscriptionList, superiorNames } from '../store/folder.ts';
import type { CommandRun } from './command-table.ts';
import { formatMailbox } from './mailbox-argument.ts';
import { decodeMailboxName, patternMatcher } from './mailbox-names.ts';
import type { CommandParser } from './parser.ts';
import { BadCommand, CommandRefused, ok } from './replies.ts';
import { readStatusItems, type StatusItems, statusLine } from './status.ts';

// Matching takes time in proportion to a pattern's length, for every folder there is.
const mostPatternLength = 1000;

type ListRequest = {
  /** Any of the extended syntax was used. */
  extended: boolean;
  subscribed: boolean;
  specialUse: boolean;
  recursive: boolean;
  reference: string;
  patterns: string[];
  showSubscribed: boolean;
  status: StatusItems | null;
};

export const list: CommandRun = async (session, parser) => {
  const request = readList(parser);
  const { db } = session.plane;
  const [onlyPattern] = request.patterns;
  if (!request.extended && onlyPattern === '') {
    session.write(`* LIST (\\Noselect) ${quotedString(levelSeparator)} ""`);
    return ok('LIST completed');
  }
  const folders = await folderList(db, session.mailboxId);
  const needsSubscriptions = request.subscribed || request.showSubscribed;
  const subscribed = new Set(needsSubscriptions ? await subscriptionList(db, session.mailboxId) : []);
  const known = new Map(folders.map((folder) => [folder.name, folder]));
  const parents = new Set(folders.flatMap(({ name }) => superiorNames(name)));
  for (const listed of listedNames(request, known, subscribed)) {
    const folder = known.get(listed.name);
    const attributes = listAttributes(request, folder, {
      subscribed: subscribed.has(listed.name),
      hasChildren: parents.has(listed.name),
    });
    const childInfo = listed.childInfo ? ` ("CHILDINFO" (${selectionNames(request)}))` : '';
    const name = `${quotedString(levelSeparator)} ${formatMailbox(listed.name)}`;
    session.write(`* LIST (${attributes.join(' ')}) ${name}${childInfo}`);
    if (request.status && folder) session.write(await statusLine(session, folder, request.status));
  }
  return ok('LIST completed');
};

const readList = (parser: CommandParser): ListRequest => {
  parser.space();
  const request: ListRequest = {
    extended: false,
    subscribed: false,
    specialUse: false,
    recursive: false,
    reference: '',
    patterns: [],
    showSubscribed: false,
    status: null,
  };
  if (parser.peek() === '(') {
    request.extended = true;
    readSelection(parser, request);
    parser.space();
  }
  request.reference = decodePattern(parser.astring());
  parser.space();
  if (parser.peek() === '(') {
    request.extended = true;
    request.patterns = parser.list(() => decodePattern(parser.listMailbox()));
  } else request.patterns = [decodePattern(parser.listMailbox())];
  if (parser.take(' RETURN ')) {
    request.extended = true;
    readReturn(parser, request);
  }
  parser.end();
  return request;
};

const readSelection = (parser: CommandParser, request: ListRequest) => {
  parser.listOrEmpty(() => {
    const option = parser.keyword();
    if (option === 'SUBSCRIBED') request.subscribed = true;
    else if (option === 'SPECIAL-USE') request.specialUse = true;
    else if (option === 'RECURSIVEMATCH') request.recursive = true;
    else if (option !== 'REMOTE') throw new BadCommand('Unknown selection option');
  });
  // RFC 5258 §3.1: recursion is about another option.
  if (request.recursive && !request.subscribed && !request.specialUse) {
    throw new BadCommand('RECURSIVEMATCH needs another selection option');
  }
};

const readReturn = (parser: CommandParser, request: ListRequest) => {
  parser.listOrEmpty(() => {
    const option = parser.keyword();
    if (option === 'SUBSCRIBED') request.showSubscribed = true;
    else if (option === 'STATUS') {
      parser.space();
      request.status = readStatusItems(parser);
    } else if (option !== 'CHILDREN' && option !== 'SPECIAL-USE')
      throw new BadCommand('Unknown return option');
  });
};

const decodePattern = (wire: string): string => {
  const pattern = decodeMailboxName(wire);
  if (pattern === null) throw new CommandRefused('That is not modified UTF-7', 'CANNOT');
  return pattern;
};

type ListedName = { name: string; childInfo: boolean };

const listedNames = (
  request: ListRequest,
  known: Map<string, Folder>,
  subscribed: Set<string>,
): ListedName[] => {
  const length = request.patterns.reduce(
    (sum, pattern) => sum + request.reference.length + pattern.length,
    0,
  );
  if (length > mostPatternLength) throw new BadCommand('The pattern is too long');
  const matchers = request.patterns.map((pattern) => patternMatcher(request.reference + pattern));
  const matchesPattern = (name: string) => matchers.some((matches) => matches(name));
  const meets = (name: string) =>
    (!request.subscribed || subscribed.has(name)) &&
    (!request.specialUse || Boolean(known.get(name)?.specialUse));
  const all = [...new Set([...known.keys(), ...(request.subscribed ? subscribed : [])])];
  // Levels that are only names; RECURSIVEMATCH may need to tell of them.
  const names = new Set([...all, ...all.flatMap(superiorNames)]);
  const selects = request.subscribed || request.specialUse;
  // RFC 5258 §3.5: children that are selected, but that the patterns do not reach.
  const parents = new Set(
    request.recursive
      ? all.filter((name) => meets(name) && !matchesPattern(name)).flatMap(superiorNames)
      : [],
  );
  return [...names]
    .filter((name) => matchesPattern(name) && (selects ? meets(name) || parents.has(name) : true))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => ({ name, childInfo: parents.has(name) }));
};

// RFC 5258 §3: \NonExistent says more than \Noselect, but only a client that uses the extension knows it. Children
// and special use are told to every client, as RFC 9051 §7.3.1 and RFC 6154 §2 allow.
const listAttributes = (
  request: ListRequest,
  folder: Folder | undefined,
  { subscribed, hasChildren }: { subscribed: boolean; hasChildren: boolean },
): string[] => {
  const attributes: string[] = [];
  if (!folder) attributes.push(request.extended ? '\\NonExistent' : '\\Noselect');
  if (subscribed) attributes.push('\\Subscribed');
  if (hasChildren) attributes.push('\\HasChildren');
  else if (folder) attributes.push('\\HasNoChildren');
  if (folder?.specialUse) attributes.push(folder.specialUse);
  return attributes;
};

const selectionNames = ({ subscribed, specialUse }: ListRequest): string =>
  [subscribed && '"SUBSCRIBED"', specialUse && '"SPECIAL-USE"'].filter(Boolean).join(' ');

export const lsub: CommandRun = async (session, parser) => {
  parser.space();
  const reference = decodePattern(parser.astring());
  parser.space();
  const pattern = reference + decodePattern(parser.listMailbox());
  parser.end();
  if (pattern.length > mostPatternLength) throw new BadCommand('The pattern is too long');
  const matches = patternMatcher(pattern);
  const subscriptions = await subscriptionList(session.plane.db, session.mailboxId);
  const subscribed = new Set(subscriptions);
  const attributes = new Map<string, string>();
  for (const name of subscriptions) {
    if (matches(name)) attributes.set(name, '');
    // RFC 3501 §6.3.9: a level that % ends at stands for the subscribed names below it.
    else if (pattern.endsWith('%')) {
      for (const level of superiorNames(name)) {
        if (matches(level) && !subscribed.has(level)) attributes.set(level, '\\Noselect');
      }
    }
  }
  for (const [name, attribute] of attributes) {
    session.write(`* LSUB (${attribute}) ${quotedString(levelSeparator)} ${formatMailbox(name)}`);
  }
  return ok('LSUB completed');
};
