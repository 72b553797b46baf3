import type { TextFormat } from './form.ts';

/**
 * The rule of the HTML standard for `<input type="email">`, so that the page and the server agree:
 * https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
 */
const EMAIL =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** A scheme, and no white space. The parser of URLs alone would remove white space, or encode it. */
const ABSOLUTE_URI = /^[a-z][a-z0-9+.-]*:\S*$/i;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;
const DATE_LENGTH = 'YYYY-MM-DD'.length;

const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysOf(year: number, month: number): number {
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && isLeapYear ? 29 : (DAYS_OF_MONTHS[month - 1] ?? 0);
}

/** Checks that a text is a full date of RFC 3339, and that the day exists. */
function isDate(text: string): boolean {
  const parts = DATE.exec(text);
  if (parts === null) return false;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  return day >= 1 && day <= daysOf(year, month);
}

/**
 * Checks that a text is a date and time of RFC 3339 with an offset. A leap second is none, because most
 * programs, JavaScript among them, cannot read one.
 */
const isDateTime = (text: string): boolean =>
  isDate(text.slice(0, DATE_LENGTH)) &&
  text.charAt(DATE_LENGTH).toUpperCase() === 'T' &&
  TIME.test(text.slice(DATE_LENGTH + 1));

const isUri = (text: string): boolean => ABSOLUTE_URI.test(text) && URL.canParse(text);

const FORMATS: { readonly [Format in TextFormat]: readonly [is: (text: string) => boolean, what: string] } = {
  email: [(text) => EMAIL.test(text), 'an e-mail address'],
  uri: [isUri, 'an address such as https://example.com/'],
  date: [isDate, 'a date such as 2026-02-28'],
  'date-time': [isDateTime, 'a date and time with an offset, such as 2026-02-28T09:30:00+01:00'],
};

/** Says what a text must be to have a format; null if it has it. */
export function formatProblem(format: TextFormat, text: string): string | null {
  const [is, what] = FORMATS[format];
  return is(text) ? null : `must be ${what}`;
}
