// A document as the file that was asked for.
import type { AnswerFile } from '../../http/endpoint.ts';
import { documentHtml } from './html.ts';
import { documentPdf } from './pdf.ts';
import type { PrintedDocument } from './print.ts';

/** Nothing when JSON was asked for. */
export const documentFile = async (
  printed: PrintedDocument,
  format: 'json' | 'html' | 'pdf' = 'json',
  name: string,
): Promise<AnswerFile | undefined> => {
  if (format === 'html') return { contentType: 'text/html', body: documentHtml(printed) };
  if (format === 'pdf') {
    return { contentType: 'application/pdf', fileName: `${name}.pdf`, body: await documentPdf(printed) };
  }
  return undefined;
};
