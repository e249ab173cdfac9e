// The font of PDFs: DejaVu Sans, which has Latin with all its diacritics, Greek, Cyrillic and more, and is free.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { create } from 'fontkit';

const folder = dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json'));
const read = (name: string): Promise<Buffer> => readFile(join(folder, 'ttf', `${name}.ttf`));

const load = async () => {
  const [regular, bold] = await Promise.all([read('DejaVuSans'), read('DejaVuSans-Bold')]);
  const font = create(regular);
  if (!('characterSet' in font)) throw new Error('the font of PDFs is a collection of fonts');
  return { regular, bold, has: new Set(font.characterSet) };
};

let loaded: ReturnType<typeof load> | undefined;

/** Read once, when the first PDF is made. */
export const loadFonts = (): ReturnType<typeof load> => {
  loaded ??= load();
  return loaded;
};

/** Stands where the font lacks a character. */
export const missing = '\ufffd';

/**
 * The text as the font can show it: accents joined to their letters, no characters that are not to be seen, and a mark
 * for each that the font lacks.
 */
export const showable = (text: string, has: ReadonlySet<number>): string =>
  [...text.normalize('NFC').replace(/\r\n?/g, '\n').replace(/\t/g, ' ')]
    .filter(
      (char) => char === '\n' || !/[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/u.test(char),
    )
    .map((char) => (char === '\n' || has.has(char.codePointAt(0)!) ? char : missing))
    .join('');
