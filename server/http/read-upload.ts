// A body that comes as a file: as one part of a form, or alone. It becomes the field of the body that stands for it.
import type { Endpoint } from './endpoint.ts';
import { malformedUpload } from './errors.ts';

type Upload = NonNullable<Endpoint['upload']>;

/** The media type of a request without its parameters. */
export const mediaTypeOf = (request: Request): string =>
  (request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();

export const isUpload = (request: Request, { types }: Upload): boolean => {
  const type = mediaTypeOf(request);
  return type === 'multipart/form-data' || types.includes(type);
};

/**
 * The fields of a form (RFC 7578), or the file alone. In a form, `true` and `false` are what they say, because forms know
 * text only.
 *
 * @throws ApiError malformed_upload
 */
export const readUpload = async (
  request: Request,
  bytes: Uint8Array<ArrayBuffer>,
  upload: Upload,
): Promise<Record<string, unknown>> => {
  const type = mediaTypeOf(request);
  if (type !== 'multipart/form-data') return { [upload.field]: contentOf(bytes, type, upload) };
  const headers = { 'content-type': request.headers.get('content-type')! };
  const form = await new Response(bytes, { headers }).formData().catch(() => {
    throw malformedUpload('The body is not the form that its Content-Type says');
  });
  const fields: Record<string, unknown> = {};
  for (const [name, value] of form) {
    if (typeof value === 'string') {
      fields[name] = value === 'true' || value === 'false' ? value === 'true' : value;
    } else {
      const content = new Uint8Array(await value.arrayBuffer());
      fields[name === 'file' ? upload.field : name] = contentOf(content, value.type, upload);
    }
  }
  return fields;
};

/** Text as it is, in the encoding its mark says (The Unicode Standard, 23.8); anything else as an address (RFC 2397). */
const contentOf = (bytes: Uint8Array, type: string, { types }: Upload): string => {
  if (!types.every((one) => one.startsWith('text/'))) {
    return `data:${type || 'application/octet-stream'};base64,${Buffer.from(bytes).toString('base64')}`;
  }
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw malformedUpload('The file is not UTF-8; save it as "CSV UTF-8"');
  }
};
