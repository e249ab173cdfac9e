// The headers of an answer that is a file.
import type { AnswerFile } from './endpoint.ts';

export const setFileHeaders = (headers: Headers, { contentType, fileName }: AnswerFile): void => {
  headers.set(
    'Content-Type',
    contentType.startsWith('text/') ? `${contentType}; charset=utf-8` : contentType,
  );
  headers.set('X-Content-Type-Options', 'nosniff');
  if (fileName === undefined) return;
  // RFC 6266 §4.3: the plain form for old programs, the encoded one (RFC 8187) for every character.
  const plain = fileName.replace(/[^\w. -]/g, '_');
  const encoded = encodeURIComponent(fileName).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  headers.set('Content-Disposition', `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`);
};
