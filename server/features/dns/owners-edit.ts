// Whether a managed record that its owner changed still does what the program wants of it.
import { isSpf, joinSpf, missingSpfTerms } from '../../../protocols/dns/spf.ts';
import { bareRecord, type NewRecord, type ZoneRecord } from './zone.ts';

/** `serves`, or the smallest change after which it does. */
export type OwnersEdit = 'serves' | { record: Pick<ZoneRecord, 'value'> & Partial<ZoneRecord>; why: string };

export const ownersEdit = (record: ZoneRecord, want: NewRecord): OwnersEdit => {
  const back = (why: string): OwnersEdit => ({ record: { ...bareRecord(want), editedAt: null }, why });
  switch (want.purpose) {
    case 'mx':
      return record.value === want.value
        ? 'serves'
        : back(`Mail would go to ${record.value}, not to ${want.value}.`);
    case 'spf': {
      if (!isSpf(record.value)) return back('It is not an SPF record (RFC 7208 §4.5).');
      const missing = missingSpfTerms(record.value, want.value);
      if (missing.length === 0) return 'serves';
      const why = `It does not let the domain's own mail host send: ${missing.join(' ')} is missing.`;
      return { record: { value: joinSpf(record.value, want.value) }, why };
    }
    case 'dmarc':
      return /^v=DMARC1\s*;\s*p\s*=\s*(none|quarantine|reject)\s*(;|$)/.test(record.value)
        ? 'serves'
        : back('It is not a DMARC record: version and policy come first (RFC 7489 §6.3).');
    case 'dkim':
      return back('The key is not the one that mail is signed with (RFC 6376 §3.6.1).');
    default:
      return 'serves';
  }
};
