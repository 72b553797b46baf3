import type { RawAnswer, RawExchange } from '../support/raw-exchange.ts';
import type { RawRequest } from './raw-request.ts';

/** What only the inside of the server knows: stack frames, files, SQL, the names of what it is made of. */
const INTERNALS = [
  /\bat (?:async )?[\w.<>]+ \(/,
  /node_modules|file:\/\/|node:internal|\.[jt]s:\d+/,
  /\/(?:src|home|root|work|usr|tmp)\//,
  /\b(?:select|insert into|update|delete from)\s+\w+\s+(?:from|set|where|\()/i,
  /\b(?:pglite|mikro-?orm|kysely|valibot|postgres(?:ql)?:\/\/|SQLSTATE)/i,
  /relation "|duplicate key value|violates|syntax error at or near/i,
];

/** What is wrong with how a request was answered; nothing if it was answered well, however bad it was. */
export function violationsOf({ answers, rest, end }: RawExchange, request: RawRequest): string[] {
  const found: string[] = [];
  if (end === 'hung') found.push('no answer');
  if (end === 'refused') found.push('the server takes no connections');
  // A request that cannot be read is refused with a body, also where HEAD was perhaps meant.
  if (rest !== '' && end !== 'closed' && !request.head)
    found.push(`not HTTP: ${JSON.stringify(rest.slice(0, 200))}`);
  if (request.whole && answers.length === 0 && end === 'closed') found.push('closed without an answer');
  for (const answer of answers) found.push(...violationsOfAnswer(answer, request.head));
  return found;
}

function violationsOfAnswer({ status, headers, body }: RawAnswer, head: boolean): string[] {
  const found: string[] = [];
  if (status >= 500) found.push(`${status}: ${body}`);
  if (INTERNALS.some((pattern) => pattern.test(body))) found.push(`tells of its inside: ${body}`);
  if (status < 400 || status >= 500) return found;
  const type = headers.get('content-type') ?? '';
  if (!type.startsWith('application/problem+json')) found.push(`${status} as "${type}": ${body}`);
  else if (!head && !isProblem(body, status)) found.push(`${status} is no problem: ${body}`);
  return found;
}

function isProblem(body: string, status: number): boolean {
  try {
    const problem = JSON.parse(body) as { code?: unknown; detail?: unknown; status?: unknown };
    return (
      /^[a-z][a-z_]*$/.test(String(problem.code)) &&
      typeof problem.detail === 'string' &&
      problem.status === status
    );
  } catch {
    return false;
  }
}
