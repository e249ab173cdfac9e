// Conversations (RFC 5256 §3): the algorithms REFERENCES and ORDEREDSUBJECT over what is known of each message.

export type Threadable = {
  /** Message number or UID, whatever the answer is to show. */
  number: number;
  /** Null where it has none; without the brackets. */
  messageId: string | null;
  /** From the first message of the conversation to the one answered. */
  references: readonly string[];
  subject: string;
  isReplyOrForward: boolean;
  sentMs: number;
};

/** `number` is null where a message is only known from others that refer to it. */
export type Thread = { number: number | null; children: Thread[] };

type Node = { message: Threadable | null; parent: Node | null; children: Node[] };

const newNode = (message: Threadable | null): Node => ({ message, parent: null, children: [] });

/** Message IDs in a References or In-Reply-To field. */
export const messageIdsIn = (field: string): string[] =>
  [...field.slice(0, 100_000).matchAll(/<([^<>\s]+@[^<>\s]*)>/g)].map((match) => match[1]!);

/** RFC 5256 §3, REFERENCES. `messages` by ascending number. */
export const threadsByReferences = (messages: readonly Threadable[]): Thread[] => {
  const roots = linked(messages).filter((node) => node.parent === null);
  const pruned = prunedChildren(roots, true);
  const merged = mergedBySubject(sorted(pruned));
  return sorted(merged).map(asThread);
};

// Step 1: parents as the references have them, one link never changing another.
const linked = (messages: readonly Threadable[]): Node[] => {
  const nodes: Node[] = [];
  const byId = new Map<string, Node>();
  const nodeOf = (id: string): Node => {
    const known = byId.get(id);
    if (known) return known;
    const node = newNode(null);
    byId.set(id, node);
    nodes.push(node);
    return node;
  };
  for (const message of messages) {
    const named = message.messageId === null ? null : nodeOf(message.messageId);
    // An ID that was seen already is that of another message.
    const node = named && named.message === null ? named : newNode(null);
    if (node !== named) nodes.push(node);
    node.message = message;
    const chain = message.references.map(nodeOf);
    for (const [index, child] of chain.entries()) {
      const parent = chain[index - 1];
      if (parent && child.parent === null) link(parent, child);
    }
    // What others said of its parent was guessed from a cut list; its own is right.
    unlink(node);
    const last = chain.at(-1);
    if (last) link(last, node);
  }
  return nodes;
};

const link = (parent: Node, child: Node) => {
  for (let above: Node | null = parent; above; above = above.parent) if (above === child) return;
  child.parent = parent;
  parent.children.push(child);
};

const unlink = (node: Node) => {
  if (!node.parent) return;
  node.parent.children.splice(node.parent.children.indexOf(node), 1);
  node.parent = null;
};

// Step 3: messages nobody has go; those below move up, except for several that would lose what holds them together.
const prunedChildren = (nodes: readonly Node[], atRoot: boolean): Node[] => {
  const kept: Node[] = [];
  // Not by recursion: a chain of answers may be as long as a folder.
  const pending: { node: Node; list: Node[]; atRoot: boolean }[] = [];
  const pushAll = (list: readonly Node[], into: Node[], root: boolean) => {
    for (const node of list.toReversed()) pending.push({ node, list: into, atRoot: root });
  };
  pushAll(nodes, kept, atRoot);
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, list } = next;
    const { children } = node;
    if (node.message === null && children.length === 0) continue;
    if (node.message === null && (!next.atRoot || children.length === 1)) {
      pushAll(children, list, next.atRoot);
      continue;
    }
    list.push(node);
    node.children = [];
    pushAll(children, node.children, false);
  }
  return kept;
};

const sentMs = (node: Node): number => node.message?.sentMs ?? node.children[0]?.message?.sentMs ?? 0;
const numberOf = (node: Node): number => node.message?.number ?? node.children[0]?.message?.number ?? 0;

const byDate = (a: Node, b: Node): number => sentMs(a) - sentMs(b) || numberOf(a) - numberOf(b);

// Steps 4 and 6: children first, because a message nobody has takes the date of its first child.
const sorted = (nodes: readonly Node[]): Node[] => {
  const all: Node[] = [...nodes];
  for (let index = 0; index < all.length; index++) all.push(...all[index]!.children);
  for (const node of all.toReversed()) node.children.sort(byDate);
  return nodes.toSorted(byDate);
};

// Step 5.
const mergedBySubject = (roots: readonly Node[]): Node[] => {
  const bySubject = new Map<string, Node>();
  for (const root of roots) {
    const { subject } = subjectOf(root);
    if (subject === '') continue;
    const known = bySubject.get(subject);
    const better =
      !known ||
      (known.message !== null &&
        (root.message === null || (known.message.isReplyOrForward && !root.message.isReplyOrForward)));
    if (better) bySubject.set(subject, root);
  }
  const gone = new Set<Node>();
  const replaced = new Map<Node, Node>();
  for (const root of roots) {
    const { subject } = subjectOf(root);
    const known = bySubject.get(subject);
    if (subject === '' || !known || known === root) continue;
    gone.add(root);
    if (known.message === null && root.message === null) known.children.push(...root.children);
    else if (known.message === null) known.children.push(root);
    else if (root.message?.isReplyOrForward && !known.message.isReplyOrForward) known.children.push(root);
    else {
      const holder: Node = { message: null, parent: null, children: [known, root] };
      bySubject.set(subject, holder);
      replaced.set(known, holder);
    }
  }
  return roots.filter((root) => !gone.has(root)).map((root) => replaced.get(root) ?? root);
};

const subjectOf = (node: Node): { subject: string } =>
  node.message ?? node.children[0]?.message ?? { subject: '' };

const asThread = (root: Node): Thread => {
  const convert = (node: Node): Thread => ({ number: node.message?.number ?? null, children: [] });
  const thread = convert(root);
  const pending: [Node, Thread][] = [[root, thread]];
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const child of next[0].children) {
      const converted = convert(child);
      next[1].children.push(converted);
      pending.push([child, converted]);
    }
  }
  return thread;
};

/** RFC 5256 §3, ORDEREDSUBJECT: all messages of one base subject, the first above all others. */
export const threadsBySubject = (messages: readonly Threadable[]): Thread[] => {
  const subjects = new Map<string, Threadable[]>();
  const inOrder = messages.toSorted((a, b) => a.sentMs - b.sentMs || a.number - b.number);
  for (const message of inOrder) {
    const same = subjects.get(message.subject);
    if (same) same.push(message);
    else subjects.set(message.subject, [message]);
  }
  return [...subjects.values()].map(([first, ...others]) => ({
    number: first!.number,
    children: others.map(({ number }) => ({ number, children: [] })),
  }));
};

/** `(2)(3 6 (4 23)(44 7 96))` (RFC 5256 §4). */
export const formatThreads = (threads: readonly Thread[]): string => {
  const pieces: string[] = [];
  const pending: (Thread | string)[] = [];
  const push = (thread: Thread) => pending.push(')', thread, '(');
  for (const thread of threads.toReversed()) push(thread);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string') {
      pieces.push(next);
      continue;
    }
    if (next.number !== null) pieces.push(`${next.number}`);
    const [only] = next.children;
    if (next.children.length === 1 && next.number !== null) {
      pieces.push(' ');
      pending.push(only!);
    } else {
      if (next.number !== null && next.children.length > 0) pieces.push(' ');
      for (const child of next.children.toReversed()) push(child);
    }
  }
  return pieces.join('');
};
