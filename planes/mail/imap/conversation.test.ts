// A whole conversation, compared word for word with what another server says in it.
import { describe, expect, it } from 'vitest';
import { messages, transcript } from './testing/conversation.ts';
import { useImapServer, wire } from './testing/imap-server.ts';

type Exchange = { command: string; status: string; untagged: string };

const exchanges: Exchange[] = transcript
  .trim()
  .split(/^> /m)
  .slice(1)
  .map((block) => {
    const [first = '', ...lines] = block.trimEnd().split('\n');
    const [command = '', status = 'OK'] = first.split(' => ');
    return { command: command.replaceAll('\\r\\n', '\r\n'), status, untagged: lines.join('\n') };
  });

const octets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

describe('a conversation', () => {
  const imap = useImapServer();

  it('goes as with any server that keeps to the standard', async () => {
    const client = await imap.raw(await imap.mailbox());
    await client.ok('CREATE box');
    for (const [text, flags, received] of messages) {
      const raw = wire(text);
      const head = `APPEND box (${flags}) "${received}" {${raw.length}+}\r\n`;
      await client.ok(Buffer.concat([Buffer.from(head), raw]));
    }
    await client.ok('SELECT box');
    for (const { command, status, untagged } of exchanges) {
      const answer = await client.command(octets(command));
      const said = answer.untagged
        .filter((line) => !line.startsWith('+ '))
        .join('\n')
        .replaceAll('\r\n', '\n')
        .replace(/TAG "t\d+"/g, 'TAG')
        .replace(/^(\* OK \[[^\]]*\]).*$/gm, '$1')
        // The end of a block is not told from an empty line in it.
        .trimEnd();
      const [, word, code] = /^(OK|NO|BAD)(?: \[([A-Z]+))?/.exec(answer.tagged) ?? [];
      const answered = word === 'NO' && code ? `NO [${code}]` : word;
      expect({ command, status: answered, untagged: said }).toEqual({
        command,
        status,
        untagged: octets(untagged),
      });
    }
    expect(imap.errors).toEqual([]);
  });
});
