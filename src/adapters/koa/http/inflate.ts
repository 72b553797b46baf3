import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { HttpError, tooLarge } from './http-error.ts';

type Inflater = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const INFLATERS = new Map<string, Inflater>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

/**
 * Returns the inflater for a Content-Encoding, or null when the body is not compressed.
 * @throws HttpError `unsupported_media_type` for an unknown encoding, and for several encodings at once.
 */
export function inflaterFor(contentEncoding: string | undefined): Inflater | null {
  const encoding = contentEncoding?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return null;
  const inflater = INFLATERS.get(encoding);
  if (inflater !== undefined) return inflater;
  throw new HttpError('unsupported_media_type', 'Content-Encoding must be gzip, deflate or br, or absent', {
    'Accept-Encoding': 'gzip, deflate, br',
  });
}

/**
 * Inflates a body. The limit is needed because a small compressed body can expand to gigabytes.
 * @throws HttpError `too_large` if the inflated body is over the limit, `invalid_encoding` if the bytes are
 * corrupt or incomplete.
 */
export async function inflateWithin(maxBytes: number, inflater: Inflater, bytes: Buffer): Promise<Buffer> {
  try {
    return await inflater(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(maxBytes);
    throw new HttpError('invalid_encoding', 'The body does not match its Content-Encoding', {}, { cause });
  }
}
