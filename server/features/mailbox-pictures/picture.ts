// Pictures of people: read from what somebody sent, by its content and not by its name, and written anew.
import sharp from 'sharp';
import { unreadablePicture } from './errors.ts';

/** Of what is sent. */
export const PICTURE_MAX_BYTES = 5_000_000;
/** What a small file can unfold to. */
const MAX_PIXELS = 40_000_000;
/** More than any mail program shows. */
const SIDE = 512;

export type Picture = { contentType: 'image/jpeg'; bytes: Buffer; width: number; height: number };

/** By their first bytes. Anything else, SVG above all, never reaches the decoder: it could name other files. */
const signatures: readonly ((bytes: Buffer) => boolean)[] = [
  (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])), // JPEG
  (bytes) => bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')), // PNG (RFC 2083 §3.1)
  (bytes) => /^GIF8[79]a/.test(bytes.toString('latin1', 0, 6)),
  (bytes) => /^RIFF.{4}WEBP/s.test(bytes.toString('latin1', 0, 12)), // RFC 9649 §2.4
];

/**
 * The first frame as JPEG, upright, cut to a square of at most 512 pixels. Nothing of the file survives but what can be
 * seen: no place, no camera, no thumbnail.
 *
 * @throws ApiError unreadable_picture
 */
export const readPicture = async (bytes: Buffer): Promise<Picture> => {
  if (bytes.length > PICTURE_MAX_BYTES) {
    throw unreadablePicture(`The picture is larger than ${PICTURE_MAX_BYTES / 1e6} MB`);
  }
  if (!signatures.some((is) => is(bytes))) throw unreadablePicture('The file is no JPEG, PNG, WebP or GIF');
  try {
    const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' });
    const { width, height } = await image.metadata();
    // A small picture is cut to the square it has; the turn that `rotate` makes changes nothing of that.
    const side = Math.min(SIDE, width, height);
    const { data, info } = await image
      .rotate()
      .resize({ width: side, height: side, fit: 'cover' })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 85, mozjpeg: true })
      .toBuffer({ resolveWithObject: true });
    return { contentType: 'image/jpeg', bytes: data, width: info.width, height: info.height };
  } catch (error) {
    const tooMany = /pixel limit/i.test((error as Error).message);
    throw unreadablePicture(
      tooMany ? `The picture has more than ${MAX_PIXELS / 1e6} million pixels` : 'The picture is damaged',
    );
  }
};
