// The vendors that mailboxes are handed to, and what a caller may choose among.
import type { Claim, Manifest } from './contracts/manifest.ts';
import type { Sequencer, SequencerPlatform, SequencerSettings } from './contracts/sequencer.ts';
import type { Send } from './contracts/wire.ts';
import { manifest as csv } from './csv/manifest.ts';
import { sequencerFile } from './csv/sequencer-file.ts';
import { manifest as emailbison } from './emailbison/manifest.ts';
import { createSequencer as createEmailbison } from './emailbison/sequencer.ts';
import { manifest as instantly } from './instantly/manifest.ts';
import { createSequencer as createInstantly } from './instantly/sequencer.ts';
import { manifest as lemlist } from './lemlist/manifest.ts';
import { createSequencer as createLemlist } from './lemlist/sequencer.ts';
import { manifest as manyreach } from './manyreach/manifest.ts';
import { createSequencer as createManyreach } from './manyreach/sequencer.ts';
import { manifest as plusvibe } from './plusvibe/manifest.ts';
import { createSequencer as createPlusvibe } from './plusvibe/sequencer.ts';
import { manifest as replyIo } from './reply-io/manifest.ts';
import { createSequencer as createReplyIo } from './reply-io/sequencer.ts';
import { manifest as salesforge } from './salesforge/manifest.ts';
import { createSequencer as createSalesforge } from './salesforge/sequencer.ts';
import { manifest as saleshandy } from './saleshandy/manifest.ts';
import { createSequencer as createSaleshandy } from './saleshandy/sequencer.ts';
import { manifest as smartlead } from './smartlead/manifest.ts';
import { createSequencer as createSmartlead } from './smartlead/sequencer.ts';
import { manifest as snovio } from './snovio/manifest.ts';
import { createSequencer as createSnovio } from './snovio/sequencer.ts';
import { manifest as woodpecker } from './woodpecker/manifest.ts';
import { createSequencer as createWoodpecker } from './woodpecker/sequencer.ts';

type SequencerVendor = { manifest: Manifest; create(settings: SequencerSettings): Sequencer };

const vendors: readonly SequencerVendor[] = [
  { manifest: instantly, create: createInstantly },
  { manifest: smartlead, create: createSmartlead },
  { manifest: lemlist, create: createLemlist },
  { manifest: replyIo, create: createReplyIo },
  { manifest: emailbison, create: createEmailbison },
  { manifest: plusvibe, create: createPlusvibe },
  { manifest: manyreach, create: createManyreach },
  { manifest: saleshandy, create: createSaleshandy },
  { manifest: woodpecker, create: createWoodpecker },
  { manifest: salesforge, create: createSalesforge },
  { manifest: snovio, create: createSnovio },
];

export const sequencerManifests: readonly Manifest[] = [...vendors.map(({ manifest }) => manifest), csv];

export type SequencerVendorSettings = {
  /** Addresses of the vendors' APIs, by vendor. */
  urls: Readonly<Record<string, string>>;
  /** To addresses that customers give. */
  guardedSend: Send;
  /** In place of each vendor's own pace; null leaves it. */
  callsPerMinute: number | null;
  timeoutMs: number;
};

export const createSequencerVendors = ({
  urls,
  guardedSend,
  callsPerMinute,
  timeoutMs,
}: SequencerVendorSettings) => {
  const byName = new Map(vendors.map((vendor) => [vendor.manifest.vendor, vendor]));
  const platforms = vendors.map(({ manifest }): SequencerPlatform => {
    const { claims, pace } = manifest.roles.sequencer!;
    return {
      key: manifest.vendor,
      title: manifest.title,
      kind: 'api',
      credentials: manifest.credentials,
      claims: claims.map(claimOf),
      pace: callsPerMinute === null ? pace : { calls: callsPerMinute, perMs: 60_000 },
      layouts: [],
    };
  });
  const file: SequencerPlatform = {
    key: csv.vendor,
    title: csv.title,
    kind: 'file',
    credentials: csv.credentials,
    claims: csv.roles['sequencer-file']!.claims.map(claimOf),
    pace: null,
    layouts: sequencerFile.layouts,
  };
  return {
    platforms: [...platforms, file],
    file: sequencerFile,
    /** An account at a vendor; null for a vendor that there is not. */
    open: (vendor: string, account: Pick<SequencerSettings, 'credential' | 'beforeCall'>): Sequencer | null =>
      byName.get(vendor)?.create({ ...account, baseUrl: urls[vendor]!, guardedSend, timeoutMs }) ?? null,
  };
};

const claimOf = (claim: Claim) => ({
  ability: claim.ability,
  can: claim.can,
  note: claim.can ? (claim.note ?? null) : claim.because,
});
