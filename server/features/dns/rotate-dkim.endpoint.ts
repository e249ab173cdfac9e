// POST /dns/dkim/rotate: new keys for the signatures of a domain's mail.
import { z } from 'zod';
import { newId } from '../../../database/uuid.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { DKIM } from './dkim.ts';
import { lockZone } from './edit.ts';
import { dkimRotationInProgress, dnsRecordsNotFound, noMailKeys } from './errors.ts';
import type { ReadPlatforms } from './requested.ts';
import { rotateDkim, rotationId } from './rotate-dkim.workflow.ts';
import { ofOneDomain, whichDomain } from './schema.ts';
import { zoneSetRotation } from './store.ts';
import type { DkimRotation } from './zone.ts';

const rotationShape = z.object({
  stage: z.enum(['making_keys', 'proving', 'overlapping', 'retiring']),
  started_at: z.iso.datetime(),
  selectors: z.array(z.string()),
});

export const rotateDkimKeys = (readPlatforms: ReadPlatforms) =>
  defineEndpoint<FeatureContext>()({
    operation: 'dns.rotate-dkim',
    summary: 'Change DKIM keys',
    description:
      'Makes new signing keys under new selectors, publishes and proves them beside the old ones, signs with them, and ' +
      'retires the old ones when no mail that was signed with them can be under way any more, a week later. Mail can be ' +
      'checked at every moment. `GET /dns/list` shows how far it is.',
    method: 'POST',
    path: '/dns/dkim/rotate',
    scope: 'workspace',
    keepsToDomains: ['uid', 'domain'],
    status: 202,
    body: ofOneDomain({}),
    response: z.object({ uid: z.uuid(), domain: z.string(), dkim_rotation: rotationShape }),
    errors: [dnsRecordsNotFound, noMailKeys, dkimRotationInProgress],
    handle: ({ body, workspace, commit }, { clock, workflows }) =>
      commit(async (tx) => {
        const zone = await lockZone(tx, workspace.uid, whichDomain(body));
        const { domainUid, name } = zone;
        if (!zone.managed.some(({ purpose }) => purpose === DKIM)) {
          throw noMailKeys(`No mail of ${name} is signed`);
        }
        if (zone.dkimRotation) {
          throw dkimRotationInProgress(`The keys of ${name} are being changed already`, {
            dkim_rotation: row(zone.dkimRotation),
          });
        }
        const rotation: DkimRotation = {
          id: newId(),
          stage: 'making_keys',
          startedAt: clock.now().toISOString(),
          selectors: [],
        };
        const platform = (await readPlatforms(tx, [domainUid])).get(domainUid) ?? null;
        await zoneSetRotation(tx, domainUid, rotation);
        await workflows.start(tx, rotateDkim, rotationId(domainUid, rotation.id), { domainUid, platform });
        return {
          message: 'Change of DKIM keys started',
          uid: domainUid,
          domain: name,
          dkim_rotation: row(rotation),
        };
      }),
  });

const row = ({ stage, startedAt, selectors }: DkimRotation) => ({ stage, started_at: startedAt, selectors });
