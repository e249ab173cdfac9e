// Events as they happen: reads server-sent events (WHATWG HTML §9.2.6) and comes back by itself after a break, with the
// id it saw last, so that none is missed. `EventSource` cannot send an API key.
import { InboxKitError } from './errors.ts';
import type { CallOptions, OperationId } from './method.ts';
import { pause, type Settings, send } from './send.ts';

type Fields = Record<string, unknown>;

/**
 * Never ends by itself: leave the loop, or abort the signal.
 *
 * @throws {InboxKitError} when the server refuses, or cannot be reached within the attempts of one call
 */
export async function* eventsOf(
  settings: Settings,
  id: OperationId,
  input: Fields,
  options: CallOptions,
): AsyncGenerator<unknown, void, undefined> {
  let lastId: string | null = null;
  for (;;) {
    const headers: Record<string, string> = lastId === null ? {} : { 'Last-Event-ID': lastId };
    const response = (await send(settings, id, input, options, 'response', headers)) as Response;
    try {
      for await (const event of parseEvents(response.body!)) {
        lastId = event.id ?? lastId;
        if (event.data !== null) yield JSON.parse(event.data);
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof InboxKitError) throw error;
      // The connection broke: what follows asks again from where it stood.
    }
    await pause(settings.backoffMs, options.signal);
  }
}

type ServerSentEvent = { id: string | null; data: string | null };

export async function* parseEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffered = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      buffered += decoder.decode(value, { stream: true });
      const blocks = buffered.split(/\r?\n\r?\n/);
      buffered = blocks.pop() ?? '';
      for (const block of blocks) yield parseBlock(block);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

const parseBlock = (block: string): ServerSentEvent => {
  const fields = block.split(/\r?\n/).map((line) => {
    const colon = line.indexOf(':');
    return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
  });
  const valuesOf = (name: string) => fields.flatMap(([field, value]) => (field === name ? [value] : []));
  const data = valuesOf('data');
  return { id: valuesOf('id').at(-1) ?? null, data: data.length > 0 ? data.join('\n') : null };
};
