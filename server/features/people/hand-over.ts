// How a link reaches the person it was made for: by mail where the installation can send some, and else by whoever asked.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { orAbsent } from '../../http/absent.ts';
import { teamName } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import type { Link } from './link.ts';
import { mailLink } from './mail.ts';

export const sendMail = orAbsent(z.boolean()).meta({
  description:
    'Whether the link is mailed to them. Default: yes, where the installation has a mail server for it ' +
    '(`INBOXKIT_SYSTEM_MAIL_URL`). With false it is in the answer.',
});

export const handedOver = {
  link: z.string().nullable().meta({ description: 'Shown once; null when it was mailed.' }),
  mailed: z.boolean(),
};

export const handOver = async (
  tx: Tx,
  { secrets, systemMail }: Pick<FeatureContext, 'secrets' | 'systemMail'>,
  {
    to,
    link,
    url,
    wanted = true,
    now,
  }: { to: string; link: Link; url: string; wanted: boolean | undefined; now: Date },
): Promise<{ link: string | null; mailed: boolean }> => {
  if (!systemMail || !wanted) return { link: url, mailed: false };
  await mailLink(tx, secrets, { to, link, url, team: await teamName(tx, link.teamUid), now });
  return { link: null, mailed: true };
};
