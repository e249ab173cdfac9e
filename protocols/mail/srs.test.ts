// Proves that senders are rewritten as other forwarders do it, come back unharmed, and cannot be made up.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizePath } from './address.ts';
import { reverseSender, rewriteSender, SRS_VALID_DAYS } from './srs.ts';

const SECRET = 'tops3cret';
const NOW = new Date(1_795_392_000_000);
const DAY_MS = 24 * 60 * 60 * 1000;
const laterDays = (days: number) => new Date(NOW.getTime() + days * DAY_MS);
const rewrite = (sender: string, now = NOW) => rewriteSender(sender, 'fwd.example', SECRET, now);
const reverse = (address: string, now = NOW) => reverseSender(address, SECRET, now);

// Made with Mail::SRS 0.31 (Debian libmail-srs-perl, AlwaysRewrite); those of NOW also with pysrs 1.0.4.
const VECTORS: [atS: number, sender: string, rewritten: string][] = [
  [1795392000, 'alice@source.example', 'SRS0=X2e0=JM=source.example=alice@fwd.example'],
  [1795392000, 'Alice.Smith@Source.Example', 'SRS0=SFhb=JM=Source.Example=Alice.Smith@fwd.example'],
  [1795392000, 'a=b+c@x.example', 'SRS0=eLnJ=JM=x.example=a=b+c@fwd.example'],
  [1795392000, 'bounce-12=ann@lists.example', 'SRS0=fWR/=JM=lists.example=bounce-12=ann@fwd.example'],
  [0, 'alice@source.example', 'SRS0=boKz=AA=source.example=alice@fwd.example'],
  [1838592000, 'alice@source.example', 'SRS0=1n1h=ZA=source.example=alice@fwd.example'],
  [
    1795392000,
    'SRS0=abcd=TT=src.example=bob@mid.example',
    'SRS1=2iuA=mid.example==abcd=TT=src.example=bob@fwd.example',
  ],
  [
    1795392000,
    'SRS0+abcd=TT=src.example=bob@mid.example',
    'SRS1=9RdU=mid.example=+abcd=TT=src.example=bob@fwd.example',
  ],
  [
    1795392000,
    'srs0-abcd=tt=src.example=bob@mid.example',
    'SRS1=3SvG=mid.example=-abcd=tt=src.example=bob@fwd.example',
  ],
  [
    1795392000,
    'SRS1=qwer=first.example==abcd=TT=src.example=bob@mid.example',
    'SRS1=O5pz=first.example==abcd=TT=src.example=bob@fwd.example',
  ],
];

describe('rewriteSender', () => {
  it.each(VECTORS)('at %d makes of %s what Mail::SRS makes: %s', (atS, sender, rewritten) => {
    expect(rewrite(sender, new Date(atS * 1000))).toBe(rewritten);
  });

  it('rewrites a sender of the forwarding domain itself', () => {
    expect(rewrite('ann@fwd.example')).toMatch(/^SRS0=....=JM=fwd\.example=ann@fwd\.example$/);
  });

  it('quotes what only a quoted local part can hold, and brings it back', () => {
    const rewritten = rewrite('"ann \\"a\\" @home"@source.example') ?? '';
    expect(rewritten).toMatch(/^"SRS0=....=JM=source\.example=ann \\"a\\" @home"@fwd\.example$/);
    expect(reverse(rewritten)).toEqual({
      result: 'reversed',
      address: '"ann \\"a\\" @home"@source.example',
    });
  });

  it('gives nothing for a sender that leaves no room', () => {
    expect(rewrite(`ann@${'a.'.repeat(110)}example`)).toBeNull();
  });
});

describe('reverseSender', () => {
  it('gives the first forwarder its own address back through any number of further ones', () => {
    const first = rewriteSender('ann@source.example', 'one.example', 'secret one', NOW) ?? '';
    const second = rewriteSender(first, 'two.example', 'secret two', NOW) ?? '';
    const third = rewriteSender(second, 'three.example', 'secret three', NOW) ?? '';
    expect(third.length).toBe(second.length + 'three'.length - 'two'.length);
    expect(reverseSender(third, 'secret three', NOW)).toEqual({ result: 'reversed', address: first });
    expect(reverseSender(first, 'secret one', NOW)).toEqual({
      result: 'reversed',
      address: 'ann@source.example',
    });
  });

  it.each([SRS_VALID_DAYS, 0])('takes an address %d days later', (days) => {
    expect(reverse(rewrite('ann@source.example') ?? '', laterDays(days)).result).toBe('reversed');
  });

  it.each([SRS_VALID_DAYS + 1, -1, 500])('does not take an address %d days later', (days) => {
    expect(reverse(rewrite('ann@source.example') ?? '', laterDays(days)).result).toBe('expired');
  });

  it('counts days over the end of the cycle', () => {
    const last = new Date(1023 * DAY_MS);
    const address = rewrite('ann@source.example', last) ?? '';
    expect(reverse(address, new Date(1030 * DAY_MS)).result).toBe('reversed');
    expect(reverse(address, new Date(1045 * DAY_MS)).result).toBe('expired');
  });

  it.each([
    'ann@fwd.example',
    'SRS0@fwd.example',
    'SRS0=@fwd.example',
    'SRS0=abcd=TT=source.example@fwd.example',
    'SRS0=abcd=T1=source.example=ann@fwd.example',
    'SRS1=abcd=source.example@fwd.example',
    'srs0x=abcd=TT=source.example=ann@fwd.example',
    'no address',
  ])('does not take %s for an SRS address', (address) => {
    expect(reverse(address)).toEqual({ result: 'none' });
  });

  it.each([
    ['another secret', rewriteSender('ann@source.example', 'fwd.example', 'other', NOW)],
    ['another user', 'SRS0=X2e0=JM=source.example=bob@fwd.example'],
    ['another host', 'SRS0=X2e0=JM=victim.example=alice@fwd.example'],
    ['another day', 'SRS0=X2e0=JN=source.example=alice@fwd.example'],
    ['a shorter hash', 'SRS0=X2e=JM=source.example=alice@fwd.example'],
    ['another forwarder', 'SRS1=2iuA=victim.example==abcd=TT=src.example=bob@fwd.example'],
  ])('knows a forgery: %s', (_case, address) => {
    expect(reverse(address ?? '')).toEqual({ result: 'forged' });
  });

  it('is not hurt by hosts that change the case of letters', () => {
    const address = 'SRS0=X2e0=JM=source.example=alice@fwd.example';
    for (const changed of [address.toLowerCase(), address.toUpperCase()]) {
      const reversal = reverse(changed);
      expect(reversal.result === 'reversed' && reversal.address.toLowerCase()).toBe('alice@source.example');
    }
  });
});

describe('for any sender', () => {
  const atext = fc
    .string({ minLength: 1, maxLength: 30, unit: 'binary-ascii' })
    .map((text) => text.replace(/[^\x21-\x7e]|[(),:;<>@[\]\\"]/g, '='));
  const quoted = fc
    .string({ maxLength: 20, unit: 'binary-ascii' })
    .map((text) => `"${text.replace(/[^\x20-\x7e]|[\\"]/g, '')} "`);
  const sender = fc
    .tuple(fc.oneof(atext, quoted), fc.domain({ size: 'small' }))
    .map(([localPart, domain]) => normalizePath(`${localPart}@${domain}`)?.address ?? '')
    .filter((address) => address !== '' && !/^SRS[01]/i.test(address));
  const date = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });

  it('what is rewritten is a valid address, and its reversal is the sender', () => {
    fc.assert(
      fc.property(sender, date, fc.integer({ min: 0, max: SRS_VALID_DAYS - 1 }), (from, at, days) => {
        const rewritten = rewriteSender(from, 'fwd.example', SECRET, at);
        if (rewritten === null) return;
        expect(normalizePath(rewritten)?.domain).toBe('fwd.example');
        const later = new Date(at.getTime() + days * DAY_MS);
        expect(reverseSender(rewritten, SECRET, later)).toEqual({ result: 'reversed', address: from });
      }),
    );
  });

  it('nothing that is not ours is reversed, and nothing throws', () => {
    const guess = fc.tuple(
      fc.constantFrom('SRS0=', 'SRS1=', 'srs0+', '"SRS0=', ''),
      fc.string({ maxLength: 40, unit: 'binary-ascii' }),
    );
    fc.assert(
      fc.property(guess, ([tag, text]) => {
        expect(reverse(`${tag}${text}@fwd.example`).result).not.toBe('reversed');
      }),
    );
  });
});
