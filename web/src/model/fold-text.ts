/** The accents of Latin, Greek and Cyrillic letters. Marks of other scripts can be vowels, so they stay. */
const ACCENTS = /[\u0300-\u036f]/g;

/**
 * Normalising sorts the marks of one letter, which takes quadratic time. So only the first 30 marks of a
 * letter count, as many as the "Stream-Safe Text Format" of Unicode allows. No language needs more.
 */
const TOO_MANY_MARKS = /(\p{M}{30})\p{M}+/gu;

/**
 * Returns a text in the form in which texts are searched: upper and lower case, accented and plain letters,
 * and the different encodings of one letter are the same. It does not depend on the browser's language: in
 * Turkish, `CI` in lower case would be `cı`.
 */
export const foldText = (text: string): string =>
  text
    .replace(TOO_MANY_MARKS, '$1')
    .normalize('NFKD')
    .replace(ACCENTS, '')
    // Upper case first: it turns `ß` into `SS`, and `ı` into `I`.
    .toUpperCase()
    .toLowerCase()
    // Greek has another small letter at the end of a word.
    .replaceAll('ς', 'σ')
    .normalize('NFC');
