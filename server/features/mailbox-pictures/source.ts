// Where a picture comes from: a data address (which is also what an uploaded file becomes), or an address on the web.
import { type Outgoing, type OutgoingAnswer, TargetRefused } from '../../http/outgoing.ts';
import { pictureNotFetched, unreadablePicture } from './errors.ts';
import { PICTURE_MAX_BYTES } from './picture.ts';

const TIMEOUT_MS = 10_000;
const MAX_REDIRECTS = 3;

/** @throws ApiError picture_not_fetched, unreadable_picture */
export const pictureBytes = (source: string, outgoing: Outgoing): Promise<Buffer> | Buffer =>
  source.startsWith('data:') ? dataOf(source) : fetchPicture(source, outgoing);

/** RFC 2397 §3. What it says about its type is not looked at. */
const dataOf = (address: string): Buffer => {
  const comma = address.indexOf(',');
  const [head, data] = [address.slice(0, comma), address.slice(comma + 1)];
  if (comma < 0 || !/;base64$/i.test(head) || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data)) {
    throw unreadablePicture('The data address is not base64 (data:image/png;base64,…)');
  }
  return Buffer.from(data, 'base64');
};

/** Each address on the way is checked like the first one. */
const fetchPicture = async (first: string, outgoing: Outgoing): Promise<Buffer> => {
  const until = performance.now() + TIMEOUT_MS;
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const answer = await ask(outgoing, url, Math.max(1, Math.ceil(until - performance.now())));
    const location = answer.headers.location;
    if (answer.status >= 300 && answer.status < 400 && location) {
      const next = URL.parse(location, url);
      if (!next) throw pictureNotFetched('The address leads to what is no address');
      url = next.href;
      continue;
    }
    if (answer.status !== 200) throw pictureNotFetched(`The address answered with status ${answer.status}`);
    if (answer.truncated) {
      throw unreadablePicture(`The picture is larger than ${PICTURE_MAX_BYTES / 1e6} MB`);
    }
    return answer.body;
  }
  throw pictureNotFetched(`The address leads on more than ${MAX_REDIRECTS} times`);
};

const ask = async (outgoing: Outgoing, url: string, timeoutMs: number): Promise<OutgoingAnswer> => {
  try {
    return await outgoing.send({
      url,
      method: 'GET',
      headers: { accept: 'image/*' },
      timeoutMs,
      maxBytes: PICTURE_MAX_BYTES,
    });
  } catch (error) {
    // What the network said stays in here: it would tell about the operator's network.
    throw pictureNotFetched(
      error instanceof TargetRefused ? error.message : 'The address cannot be reached, or not in time',
    );
  }
};
