// What verifiers of others make of a message as it arrived, and of the same message when something is wrong with it.
import { writeFile } from 'node:fs/promises';
import { part } from '../report.ts';
import type { People } from './interop.ts';
import { judge, lineWith, run } from './judgement.ts';

const OURS = '127.0.0.1';
const NOT_OURS = '192.0.2.99';

const AUTHHEADERS = `
import sys
from authheaders import authenticate_message
print(authenticate_message(sys.stdin.buffer.read(), 'checker.example', spf=True, ip=sys.argv[1], mail_from=sys.argv[2], helo=sys.argv[3]))
`;

export const judgeMail = async (
  message: Buffer,
  { sender, domain }: People,
  directory: string,
): Promise<void> => {
  part('The message that arrived, to verifiers of DKIM, SPF and DMARC');
  const altered = Buffer.from(message.toString('latin1').replace('ordinary text', 'altered text'), 'latin1');
  const signatures = message.toString('latin1').match(/^DKIM-Signature:/gim)?.length ?? 0;
  judge('the message', 'is signed with RSA and with Ed25519', signatures === 2, `${signatures} signatures`);
  for (const index of Array(signatures).keys()) {
    const good = await run('dkimverify', ['--index', String(index)], { input: message });
    judge(
      'dkimverify',
      `signature ${index + 1}`,
      good.code === 0 && /signature ok/.test(good.text),
      lineWith(good.text, /signature/),
    );
    const bad = await run('dkimverify', ['--index', String(index)], { input: altered });
    judge(
      'dkimverify',
      `signature ${index + 1}, one word altered`,
      bad.code !== 0,
      lineWith(bad.text, /signature/),
    );
  }
  const opendkim = await run('opendkim-testmsg', [], { input: message });
  judge(
    'opendkim-testmsg',
    'the message',
    opendkim.code === 0,
    opendkim.text.trim() || `exit code ${opendkim.code}`,
  );
  const opendkimBad = await run('opendkim-testmsg', [], { input: altered });
  judge('opendkim-testmsg', 'one word altered', opendkimBad.code !== 0, lineWith(opendkimBad.text, /./));

  for (const [ip, expected] of [
    [OURS, 'pass'],
    // What we publish ends in ~all.
    [NOT_OURS, 'softfail'],
  ] as const) {
    const perl = await run('/usr/bin/spfquery.mail-spf-perl', [
      '--scope',
      'mfrom',
      '--identity',
      sender.email,
      '--ip-address',
      ip,
      '--helo-identity',
      `mail.${domain}`,
    ]);
    judge(
      'spfquery (Mail::SPF)',
      `mail from ${ip}`,
      new RegExp(`^${expected}`, 'm').test(perl.text),
      lineWith(perl.text, /^(pass|fail|softfail|neutral|none|\w+error)/),
    );
    const lib = await run('/usr/bin/spfquery.libspf2', [
      '-ip',
      ip,
      '-sender',
      sender.email,
      '-helo',
      `mail.${domain}`,
    ]);
    judge(
      'spfquery (libspf2)',
      `mail from ${ip}`,
      new RegExp(`^${expected}`, 'm').test(lib.text),
      lineWith(lib.text, /^(pass|fail|softfail|neutral|none|\w+error)/),
    );
  }

  const results = async (input: Buffer, ip: string) =>
    (await run('/usr/bin/python3', ['-c', AUTHHEADERS, ip, sender.email, `mail.${domain}`], { input })).text
      .replaceAll(/\s+/g, ' ')
      .trim();
  const whole = await results(message, OURS);
  judge(
    'authheaders',
    'SPF, DKIM and DMARC',
    ['spf', 'dkim', 'dmarc'].every((method) => new RegExp(`\\b${method}=pass`).test(whole)),
    methodsOf(whole),
  );
  const forged = await results(altered, NOT_OURS);
  judge(
    'authheaders',
    'altered, from an address that is not ours',
    /\bdmarc=fail/.test(forged),
    methodsOf(forged),
  );

  await writeFile(`${directory}/message`, message);
  const spam = await run(
    'spamassassin',
    [
      '-t',
      '--cf',
      `dns_server ${OURS}`,
      '--prefspath',
      `${directory}/user_prefs`,
      '--siteconfigpath',
      '/etc/spamassassin',
    ],
    { input: message },
  );
  const score = Number(/X-Spam-Status: \w+, score=(-?[\d.]+)/.exec(spam.text)?.[1] ?? Number.NaN);
  judge(
    'SpamAssassin',
    'DKIM_VALID and DKIM_VALID_AU, no spam',
    /\bDKIM_VALID\b/.test(spam.text) && /\bDKIM_VALID_AU\b/.test(spam.text) && score < 5,
    `score ${score}`,
  );
};

const methodsOf = (text: string): string =>
  [...text.matchAll(/(?<![.\w])(?:spf|dkim|dmarc)=\w+/g)].map(([method]) => method).join(', ') || text;
