// The documents are well-formed XML whatever is put in, and a question is read as it is asked.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressInQuestion, autoconfigXml, autodiscoverXml } from './client-settings.ts';

const servers = { host: 'mail.inboxkit.example', imapsPort: 993, submissionsPort: 465, submissionPort: 587 };

test('an address with markup in it stays text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      const xml = autodiscoverXml(text, servers);
      const login = /<LoginName>([\s\S]*)<\/LoginName>\n {8}<DomainRequired>/.exec(
        xml.slice(0, xml.indexOf('SMTP')),
      )![1]!;
      expect(login).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|apos);)/);
    }),
  );
  expect(autoconfigXml('a"<b>&.example', servers)).toContain(
    '<domain>a&quot;&lt;b&gt;&amp;.example</domain>',
  );
});

test('the address of a question is found, with and without a prefix, and a question without one is no error', () => {
  const ask = (inner: string) =>
    `<?xml version="1.0"?><Autodiscover xmlns="x"><Request>${inner}</Request></Autodiscover>`;
  expect(addressInQuestion(ask('<EMailAddress>mara@northpeak.example</EMailAddress>'))).toBe(
    'mara@northpeak.example',
  );
  expect(addressInQuestion(ask('<a:EMailAddress>\n o&apos;b@n.example\n</a:EMailAddress>'))).toBe(
    "o'b@n.example",
  );
  for (const xml of ['', ask(''), ask('<EMailAddress></EMailAddress>'), '<EMailAddress>'.repeat(10_000)]) {
    expect(addressInQuestion(xml)).toBeNull();
  }
});
