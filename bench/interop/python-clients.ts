// Python's own mail clients, imaplib and smtplib: what scripts of people use.
import { fileURLToPath } from 'node:url';
import { part } from '../report.ts';
import type { People } from './interop.ts';
import { judge, run } from './judgement.ts';

const PROGRAM = fileURLToPath(new URL('python-clients.py', import.meta.url));
/** Fewer verdicts than that mean that the program ended early. */
const LEAST_VERDICTS = 45;

export const judgePythonClients = async (
  { sender, recipient }: People,
  ports: { submission: number; submissions: number; imap: number; imaps: number },
): Promise<void> => {
  part('imaplib and smtplib of Python');
  const place = {
    sender,
    recipient,
    certificate: recipient.certificate,
    submissionPort: ports.submission,
    submissionsPort: ports.submissions,
    imapPort: ports.imap,
    imapsPort: ports.imaps,
  };
  const { code, text } = await run('/usr/bin/python3', [PROGRAM], { input: JSON.stringify(place) });
  const verdicts = text.split('\n').filter((line) => /^(right|WRONG)\t/.test(line));
  for (const verdict of verdicts) {
    const [right, what = '', said = ''] = verdict.split('\t');
    judge('python3', what, right === 'right', said);
  }
  const whole = code === 0 && verdicts.length >= LEAST_VERDICTS;
  judge('python3', 'all of it was tried', whole, whole ? `${verdicts.length} verdicts` : text.slice(-500));
};
