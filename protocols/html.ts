// HTML from templates, in which nothing that comes from outside can become markup; and the header that keeps a page from
// loading or running anything else.
import { createHash } from 'node:crypto';

/** Text that has been made safe to stand in HTML. */
export type Html = { readonly html: string };

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => escapes[sign]!);

/** Everything put into it is escaped, unless it was made by it. */
export const html = (
  parts: TemplateStringsArray,
  ...values: (string | Html | readonly Html[] | null)[]
): Html => {
  const texts = values.map((value) => {
    if (value === null) return '';
    if (typeof value === 'string') return escaped(value);
    return 'html' in value ? value.html : value.map((item) => item.html).join('');
  });
  return { html: parts.reduce((whole, part, index) => whole + texts[index - 1] + part) };
};

/**
 * `Content-Security-Policy` of a page with this one style sheet in it: no script, pictures or frames, so that there is
 * nothing on it that a foreign hand could use.
 *
 * @param formTargets where its forms may lead, redirects included; each as the standard writes a source
 */
export const strictPolicy = (style: string, formTargets: readonly string[] = ["'self'"]): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    `form-action ${formTargets.join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
