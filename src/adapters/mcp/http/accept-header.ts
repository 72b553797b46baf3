/** What the libraries want to read in `Accept`: they look for these two texts exactly. */
const LIBRARY_ACCEPT = 'application/json, text/event-stream';

/**
 * Returns the Accept header that the libraries are given; null if the client does not accept what they send.
 * They compare the client's header as text, and would refuse wildcards, capitals, or no header at all.
 * @param method the HTTP method. A GET is only answered with a stream.
 */
export function libraryAccept(accept: string | null, method: string): string | null {
  const ranges = parseMediaRanges(accept ?? '');
  const answers = method === 'GET' ? ['text/event-stream'] : LIBRARY_ACCEPT.split(', ');
  return ranges.length === 0 || answers.every((type) => isAccepted(type, ranges)) ? LIBRARY_ACCEPT : null;
}

interface MediaRange {
  /** In lower case, such as `text/*`. */
  readonly range: string;
  readonly isRefused: boolean;
}

/** Reads the media ranges of an Accept header (RFC 9110, section 12.5.1). Only their parameter `q` counts. */
const parseMediaRanges = (accept: string): MediaRange[] =>
  accept
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';').map((text) => text.replaceAll(/\s/g, '')))
    .filter(([range]) => range !== '')
    .map(([range = '', ...parameters]) => ({
      range,
      isRefused: parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter)),
    }));

/** Returns whether a type is accepted. The most exact range decides: `text/html;q=0, text/*` refuses HTML. */
function isAccepted(type: string, ranges: readonly MediaRange[]): boolean {
  const candidates = [type, `${type.split('/')[0]}/*`, '*/*'];
  const matching = candidates.flatMap((candidate) => ranges.filter(({ range }) => range === candidate));
  return matching[0]?.isRefused === false;
}
