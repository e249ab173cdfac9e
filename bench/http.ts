// `npm run bench -- http`: reading the account and a page of mailboxes, in requests a second.
import { fileURLToPath } from 'node:url';
import { startChild } from './child.ts';
import { makeDataDirectory } from './data-directory.ts';
import { fillWorkspace } from './filled-workspace.ts';
import { startInstallation } from './installation.ts';
import { type Load, type LoadResult, putUnderLoad } from './load.ts';
import { figure, part, times, title } from './report.ts';
import { cpuMsOf, untilIdle } from './usage.ts';

const MAILBOXES = 1_000;
const DOMAINS = 10;
const PAGE = 100;
const ROUNDS = 3;
const ROUND_S = 4;

const peerProgram = fileURLToPath(import.meta.resolve('./peers/raw-http.ts'));

export const benchHttp = async (): Promise<void> => {
  title(
    `http: 10 connections, a workspace with ${MAILBOXES} mailboxes; best of ${ROUNDS} rounds of ${ROUND_S} s`,
  );
  const data = await makeDataDirectory();
  const installation = await startInstallation(data.path, {
    INBOXKIT_RATE_LIMIT_STANDARD: '10000000',
  });
  const { access, databaseUrl } = installation;
  const { uid: teamUid } = await installation.api.get('/account');
  const scope = { teamUid, workspaceUid: access.workspace_id };
  await fillWorkspace({ databaseUrl, dataDir: data.path }, scope, DOMAINS, MAILBOXES / DOMAINS);
  const peer = await startChild([peerProgram, databaseUrl, teamUid, access.workspace_id], /^http:/m);
  await untilIdle(installation.pid);

  const headers = {
    Authorization: `Bearer ${access.api_key}`,
    'X-Workspace-Id': access.workspace_id,
    'Content-Type': 'application/json',
  };
  const requests: (Load & { name: string })[] = [
    { name: 'GET /account', method: 'GET', url: '/v1/api/account', headers },
    {
      name: `POST /mailboxes/list, pages of ${PAGE}`,
      method: 'POST',
      url: '/v1/api/mailboxes/list',
      headers,
      body: JSON.stringify({ page: 1, limit: PAGE }),
    },
  ];
  for (const { name, url, ...load } of requests) {
    await assertSameRows({ ...load, url }, access.base_url, peer.output.trim());
    const own: Round[] = [];
    const bare: Round[] = [];
    // In turns, so that whatever else the machine does meets both.
    for (let round = 0; round < ROUNDS; round += 1) {
      own.push(await measure({ ...load, url: access.base_url + url }, installation.pid));
      bare.push(await measure({ ...load, url: peer.output.trim() + url }, peer.pid));
    }
    const [program, raw] = [fastest(own), fastest(bare)];
    part(name);
    figure('requests a second', program.requestsPerS.toFixed(0), detail(program));
    figure('peer "node:http and pg", by hand', raw.requestsPerS.toFixed(0), detail(raw));
    figure('InboxKit ÷ peer', times(program.requestsPerS / raw.requestsPerS));
  }
  await peer.stop();
  await installation.close();
  await data.remove();
};

type Round = LoadResult & { cpuUsPerRequest: number | null };

const measure = async (load: Load, pid: number): Promise<Round> => {
  const before = await cpuMsOf(pid);
  const result = await putUnderLoad(load, ROUND_S);
  const after = await cpuMsOf(pid);
  const known = before !== null && after !== null;
  return { ...result, cpuUsPerRequest: known ? ((after - before) * 1000) / result.requests : null };
};

const detail = ({ p50Ms, p99Ms, cpuUsPerRequest }: Round): string =>
  `p50 ${p50Ms} ms, p99 ${p99Ms} ms` +
  (cpuUsPerRequest === null ? '' : `, ${cpuUsPerRequest.toFixed(0)} µs of processor time a request`);

const fastest = (rounds: Round[]): Round => rounds.toSorted((a, b) => b.requestsPerS - a.requestsPerS)[0]!;

/** A peer that answers fewer rows would win for nothing. */
const assertSameRows = async (load: Load, ownUrl: string, peerUrl: string): Promise<void> => {
  const [own, raw] = await Promise.all(
    [ownUrl, peerUrl].map(async (base) => {
      const answer = (await (await fetch(base + load.url, load)).json()) as { mailboxes?: { uid: string }[] };
      return answer.mailboxes?.map(({ uid }) => uid).join();
    }),
  );
  if (own !== raw) throw new Error(`the peer of ${load.url} answers other rows`);
};
