// The base subject of RFC 5256 §2.1: what is left of a Subject once everything that replying and forwarding adds is
// taken away. Messages of one conversation have the same.

export type BaseSubject = { text: string; isReplyOrForward: boolean };

// Longer ones are compared by this much of them.
const mostCharacters = 2000;

const trailer = /(?:\(fwd\)|\s)+$/i;
const refwd = /^(?:\[[^[\]]*\]\s*)*(?:re|fwd?)\s*(?:\[[^[\]]*\]\s*)?:\s*/i;
const blob = /^\[[^[\]]*\]\s*/;
const forwarded = /^\[fwd:(.*)\]$/i;

/** Of a subject whose encoded words are decoded. */
export const baseSubject = (subject: string): BaseSubject => {
  let text = subject.slice(0, mostCharacters).replace(/\s+/g, ' ');
  let isReplyOrForward = false;
  for (;;) {
    if (/\(fwd\)\s*$/i.test(text)) isReplyOrForward = true;
    text = withoutLeaders(text.replace(trailer, '').trimStart(), () => {
      isReplyOrForward = true;
    });
    const inner = forwarded.exec(text)?.[1];
    if (inner === undefined) return { text, isReplyOrForward };
    isReplyOrForward = true;
    text = inner;
  }
};

// A [list name] goes only when something is left without it.
const withoutLeaders = (subject: string, onReply: () => void): string => {
  let text = subject;
  for (;;) {
    const shorter = text.replace(refwd, '');
    if (shorter !== text) onReply();
    const bare = shorter.replace(blob, '');
    const next = bare === '' ? shorter : bare;
    if (next === text) return text;
    text = next;
  }
};
