import assert from 'node:assert/strict';

/** A mail as it arrived. */
export interface ReceivedMail {
  readonly recipients: readonly string[];
  /** By lower case name; decoded. */
  readonly headers: { readonly [name: string]: string };
  /** Parts of the mail, decoded, with `\n` as line breaks. */
  readonly text: string;
  readonly html: string;
  readonly raw: string;
}

/** Reads a mail with a text and an HTML part. It knows just enough of MIME for what our mails have. */
export function readMail(raw: Buffer, recipients: readonly string[]): ReceivedMail {
  const source = raw.toString('latin1');
  for (const line of source.split('\r\n')) assert.ok(line.length <= 998, 'RFC 5322 allows no longer lines');
  const { headers, body } = partOf(source);
  const boundary = /boundary="([^"]+)"/.exec(headers['content-type'] ?? '')?.[1];
  assert.ok(boundary !== undefined, 'The mail has to have several parts');
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => partOf(part.replace(/^\r\n/, '')));
  const decoded = (type: string): string => {
    const part = parts.find(({ headers }) => headers['content-type']?.startsWith(type));
    assert.ok(part !== undefined, `The mail has no part of the type ${type}`);
    return decodedBody(part).replaceAll('\r\n', '\n');
  };
  return { recipients, headers, text: decoded('text/plain'), html: decoded('text/html'), raw: source };
}

interface Part {
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

function partOf(source: string): Part {
  const end = source.indexOf('\r\n\r\n');
  const lines = source
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const entries = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), decodedHeader(line.slice(colon + 1).trim())];
  });
  return { headers: Object.fromEntries(entries), body: source.slice(end + 4) };
}

function decodedBody({ headers, body }: Part): string {
  const encoding = headers['content-transfer-encoding']?.toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  const bytes = encoding === 'quoted-printable' ? unquoted(body.replaceAll(/=\r\n/g, '')) : body;
  return Buffer.from(bytes, 'latin1').toString();
}

/** Decodes the words of RFC 2047. White space between two of them is not part of the text. */
const decodedHeader = (text: string): string =>
  text
    .replaceAll(/(=\?[^?]+\?[QB]\?[^?]*\?=)\s+(?==\?)/gi, '$1')
    .replaceAll(/(?:=\?UTF-8\?([QB])\?[^?]*\?=)+/gi, (words) =>
      Buffer.concat(
        Array.from(words.matchAll(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi), ([, encoding, word]) =>
          encoding!.toUpperCase() === 'B'
            ? Buffer.from(word!, 'base64')
            : Buffer.from(unquoted(word!.replaceAll('_', ' ')), 'latin1'),
        ),
      ).toString(),
    );

const unquoted = (text: string): string =>
  text.replaceAll(/=([0-9A-F]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
