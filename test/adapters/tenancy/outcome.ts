import type { Estate } from './estate.ts';

/** An HTTP answer, or what a client made of one. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, headers: [...response.headers], body: await response.text() };
}

/** What differs between any two requests: new ids, the time, and who asked for what. */
export function inOneForm(answers: readonly Answer[], named: readonly string[], { userId }: Estate): string {
  let text = answers
    .map(({ status, headers, body }) =>
      [status, ...headers.map(([name, value]) => `${name}: ${name === 'date' ? '' : value}`), body].join(
        '\n',
      ),
    )
    .join('\n\n');
  for (const id of named) {
    text = text.replaceAll(id, '<named>').replaceAll(id.toUpperCase().replaceAll('-', ''), '<NAMED>');
  }
  return text
    .replaceAll(userId, '<user>')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>')
    .replaceAll(/issued\.[\w-]{16}/g, '<token>')
    .replaceAll(/"id":"[\w-]{16}"/g, '"id":"<key>"');
}

/** What these answers tell of somebody's that is not in `known`. */
export function leakedBy(
  answers: readonly Answer[],
  known: readonly string[],
  { ids, secret }: Estate,
): string[] {
  const told = JSON.stringify(answers);
  return [...Object.values(ids), secret].filter((text) => !known.includes(text) && told.includes(text));
}
