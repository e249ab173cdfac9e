// Domain names as customers type them, checked before anybody is asked what they cost.
import { isHostname, toName } from '../../../protocols/dns/names.ts';
import { internationalizedName, invalidDomainName } from './errors.ts';

const LABEL_MAX = 63;

/**
 * The name in lower case, fit to be registered: one label and a top-level domain of one or two labels.
 * Throws `internationalized_name` or `invalid_domain_name`, which name what is wrong.
 */
export const registrableName = (text: string): string => {
  const typed = text.trim().replace(/\.$/, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what the range means here
  if (/[^\x00-\x7f]/.test(typed) || /(^|\.)xn--/i.test(typed)) {
    const ascii = asciiForm(typed);
    throw internationalizedName(
      `${text} is an internationalised name, which is not sold here${ascii ? ` (its ASCII form is ${ascii})` : ''}`,
      { domain: text, ascii_form: ascii },
    );
  }
  const name = typed.toLowerCase();
  const labels = name.split('.');
  const wrong =
    labels.length < 2
      ? 'it has no top-level domain'
      : labels.length > 3
        ? 'it is a name inside of another domain'
        : labels.some((label) => label.length > LABEL_MAX)
          ? `a label is longer than ${LABEL_MAX} characters (RFC 1035 §2.3.4)`
          : !isHostname(name)
            ? 'only letters, digits and inner hyphens are allowed (RFC 1123 §2.1)'
            : null;
  if (wrong)
    throw invalidDomainName(`${text} is not a domain name that can be registered: ${wrong}`, {
      domain: text,
    });
  return name;
};

export const tldOf = (name: string): string => name.slice(name.indexOf('.') + 1);

const asciiForm = (text: string): string | null => {
  try {
    return toName(text);
  } catch {
    return null;
  }
};
