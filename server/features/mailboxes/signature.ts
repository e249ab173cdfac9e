// Signatures of mailboxes: HTML that is safe to show and to put under a message.
import sanitizeHtml from 'sanitize-html';

export const SIGNATURE_MAX = 10_000;

const length = /^\d{1,4}(\.\d+)?(px|em|rem|pt|%)?$/;
const colour = /^(#[0-9a-f]{3,8}|[a-z]{3,20}|rgba?\([\d., %]+\))$/i;
const words = /^[\w ,'"-]{1,200}$/;

/** What mail programs show in signatures. No scripts, forms, frames, style sheets, or addresses that run something. */
const rules: sanitizeHtml.IOptions = {
  allowedTags: [
    ...[
      'a',
      'b',
      'big',
      'blockquote',
      'br',
      'center',
      'div',
      'em',
      'font',
      'h1',
      'h2',
      'h3',
      'h4',
      'h5',
      'h6',
    ],
    ...['hr', 'i', 'img', 'li', 'ol', 'p', 's', 'small', 'span', 'strike', 'strong', 'sub', 'sup', 'table'],
    ...['tbody', 'td', 'tfoot', 'th', 'thead', 'tr', 'u', 'ul'],
  ],
  allowedAttributes: {
    '*': ['style', 'align', 'valign', 'dir', 'lang', 'title'],
    a: ['href', 'target', 'rel'],
    font: ['color', 'face', 'size'],
    img: ['src', 'alt', 'width', 'height', 'border'],
    table: ['width', 'border', 'cellpadding', 'cellspacing', 'bgcolor'],
    td: ['width', 'height', 'colspan', 'rowspan', 'bgcolor'],
    th: ['width', 'height', 'colspan', 'rowspan', 'bgcolor'],
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['http', 'https', 'cid'] },
  allowProtocolRelative: false,
  allowedStyles: {
    '*': {
      color: [colour],
      'background-color': [colour],
      'font-family': [words],
      'font-size': [length, /^(x+-)?(small|large)$|^medium$/],
      'font-weight': [/^(normal|bold|\d00)$/],
      'font-style': [/^(normal|italic)$/],
      'line-height': [length],
      'text-align': [/^(left|right|center|justify)$/],
      'text-decoration': [/^(none|underline|line-through)$/],
      'vertical-align': [/^(top|middle|bottom|baseline)$/],
      width: [length],
      height: [length],
      'max-width': [length],
      margin: [/^[\d.a-z% ]{1,60}$/i],
      padding: [/^[\d.a-z% ]{1,60}$/i],
      border: [/^[\w.#% ]{1,60}$/],
    },
  },
  // Their text is code, not words for the reader.
  nonTextTags: ['script', 'style', 'textarea', 'option', 'noscript', 'title', 'template'],
  transformTags: { a: sanitizeHtml.simpleTransform('a', { rel: 'noopener noreferrer' }) },
};

/** Null when nothing is left that can be seen. */
export const safeSignature = (html: string): string | null => {
  const safe = sanitizeHtml(html, rules).trim();
  const isSeen = /<(img|hr)\b/.test(safe) || sanitizeHtml(safe, { allowedTags: [] }).trim() !== '';
  return isSeen ? safe : null;
};
