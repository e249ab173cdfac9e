// Lists from end to end: by cursor where the list has one, which neither skips nor repeats a row, else page by page.
import type { CallOptions, OperationId } from './method.ts';
import { operationOf, type Settings, send } from './send.ts';

type Fields = Record<string, unknown>;

/** Rows asked for at once where the input does not say. */
const AT_ONCE = 100;

export async function* pagesOf(
  settings: Settings,
  id: OperationId,
  input: Fields,
  options: CallOptions,
): AsyncGenerator<Fields, void, undefined> {
  const { reads, limit } = operationOf(id);
  let asked: Fields = { ...(limit && { limit: AT_ONCE }), ...input };
  for (;;) {
    const page = (await send(settings, id, asked, options, 'json')) as Fields;
    yield page;
    if (reads === 'cursor') {
      if (page.next_cursor === null) return;
      asked = { ...asked, cursor: page.next_cursor };
    } else if (reads === 'after') {
      if (!page.has_more) return;
      asked = { ...asked, after: page.cursor };
    } else {
      if ((page.current_page as number) >= (page.pages as number)) return;
      asked = { ...asked, page: (page.current_page as number) + 1 };
    }
  }
}

export async function* rowsOf(
  settings: Settings,
  id: OperationId,
  input: Fields,
  options: CallOptions,
): AsyncGenerator<unknown, void, undefined> {
  const { rows = '' } = operationOf(id);
  for await (const page of pagesOf(settings, id, input, options)) yield* page[rows] as unknown[];
}
