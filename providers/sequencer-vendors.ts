// The vendors that mailboxes are handed to, and what a caller may choose among.
import type { Manifest } from './contracts/manifest.ts';
import type { Sequencer, SequencerPlatform, SequencerSettings } from './contracts/sequencer.ts';
import type { Send } from './contracts/wire.ts';
import { manifest as instantly } from './instantly/manifest.ts';
import { createSequencer as createInstantly } from './instantly/sequencer.ts';

type SequencerVendor = { manifest: Manifest; create(settings: SequencerSettings): Sequencer };

const vendors: readonly SequencerVendor[] = [{ manifest: instantly, create: createInstantly }];

export const sequencerManifests: readonly Manifest[] = vendors.map(({ manifest }) => manifest);

export type SequencerVendorSettings = {
  /** Addresses of the vendors' APIs, by vendor. */
  urls: Readonly<Record<string, string>>;
  /** To addresses that customers give. */
  guardedSend: Send;
  /** In place of each vendor's own pace; null leaves it. */
  callsPerMinute: number | null;
};

export const createSequencerVendors = ({ urls, guardedSend, callsPerMinute }: SequencerVendorSettings) => {
  const byName = new Map(vendors.map((vendor) => [vendor.manifest.vendor, vendor]));
  const platforms = vendors.map(({ manifest }): SequencerPlatform => {
    const { claims, pace } = manifest.roles.sequencer!;
    return {
      key: manifest.vendor,
      title: manifest.title,
      kind: 'api',
      credentials: manifest.credentials,
      claims: claims.map((claim) => ({
        ability: claim.ability,
        can: claim.can,
        note: claim.can ? (claim.note ?? null) : claim.because,
      })),
      pace: callsPerMinute === null ? pace : { calls: callsPerMinute, perMs: 60_000 },
      layouts: [],
    };
  });
  return {
    platforms,
    /** An account at a vendor; null for a vendor that there is not. */
    open: (vendor: string, account: Pick<SequencerSettings, 'credential' | 'beforeCall'>): Sequencer | null =>
      byName.get(vendor)?.create({ ...account, baseUrl: urls[vendor]!, guardedSend }) ?? null,
  };
};
