import type { QuestionShape } from './question-shape.ts';

/** Words by which people ask for what nobody else may know. */
const SECRET =
  /pass(?:word|phrase|code|wd)s?\b|\bsecrets?\b|\bcredentials?\b|\b(?:api|access|private|secret)[ _-]?keys?\b|\b(?:access|auth|bearer|refresh|personal access)[ _-]?tokens?\b|\bPIN\b|\bCVV\b/i;

/**
 * Whether a question seems to ask the person to type a secret, such as a password. A program between the
 * person and this server would see it, and may show it to its model. Choosing an option types nothing.
 * @param text the text of the question
 * @param shape null: the question asks for a text only.
 */
export function asksForSecret(text: string, shape: QuestionShape | null): boolean {
  const form = shape?.form ?? null;
  if (form === null) return (shape?.choice ?? null) === null && SECRET.test(text);
  return Object.entries(form.properties).some(
    ([name, field]) =>
      field.type === 'string' &&
      !('enum' in field || 'oneOf' in field) &&
      [wordsOf(name), field.title, field.description].some(
        (words) => words !== undefined && SECRET.test(words),
      ),
  );
}

/** Separates the words of a name such as `dbPassword` or `db_password`. */
const wordsOf = (name: string): string => name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ');
