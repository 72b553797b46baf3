import type { Random } from '../support/random.ts';

type Breaking = (bytes: Buffer, random: Random) => Buffer;

const text = (value: string): Buffer => Buffer.from(value, 'latin1');

const edited =
  (edit: (request: string, random: Random) => string): Breaking =>
  (bytes, random) =>
    text(edit(bytes.toString('latin1'), random));

const noise = (random: Random, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => random.below(256)));

const withLine = (line: string): Breaking => edited((request) => request.replace('\r\n', `\r\n${line}\r\n`));

/** Functions that turn the bytes of a request into something that is not one well-formed HTTP/1.1 request. */
const BREAKINGS: readonly Breaking[] = [
  (_bytes, random) => noise(random, 1 + random.below(300)),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  (bytes, random) => {
    const changed = Buffer.from(bytes);
    for (let times = 1 + random.below(8); times > 0; times -= 1) {
      changed[random.below(changed.length)] = random.below(256);
    }
    return changed;
  },
  (bytes, random) => {
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), noise(random, 1 + random.below(20)), bytes.subarray(at)]);
  },
  // Several requests at once, the last one perhaps incomplete.
  (bytes, random) => Buffer.concat([bytes, bytes, bytes.subarray(0, random.below(bytes.length))]),
  edited((request) => request.replaceAll('\r\n', '\n')),
  edited((request) => request.replaceAll('\r\n', '\r')),
  edited((request, random) =>
    request.replace(
      'HTTP/1.1',
      random.oneOf(['HTTP/0.9', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.11', 'HTTP', 'FTP/1.1', '']),
    ),
  ),
  edited((request) => request.replace(': ', ' : ')),
  edited((request) => request.replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked')),
  edited((request) => request.replace(/Content-Length: (\d+)/, 'Content-Length: $1\r\nContent-Length: 3')),
  edited((request) => `\r\n\r\n${request}`),
  edited((request) => request.replace(' ', '  ').replace(' HTTP', '\tHTTP')),
  withLine(' folded'),
  withLine('No colon'),
  withLine(': no name'),
  withLine('Bad\0Name: x'),
  withLine('X: a\0b'),
  withLine('Transfer-Encoding: chunked'),
  withLine(`X: ${'x'.repeat(20_000)}`),
  withLine(Array.from({ length: 1_500 }, (_, nth) => `X${nth}: x`).join('\r\n')),
  (_bytes, random) =>
    text(
      random.oneOf([
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        'GET\r\n\r\n',
        'GET / HTTP/1.1\r\n\r\n',
        'GET /health HTTP/1.0\r\n\r\n',
        'GET /health\r\n\r\n',
        '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
        'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
        'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n',
        '\r\n'.repeat(1_000),
      ]),
    ),
];

/** Breaks a request in a random way. */
export const brokenBytes = (request: Buffer, random: Random): Buffer =>
  random.oneOf(BREAKINGS)(request, random);
