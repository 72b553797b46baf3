import type { RawAnswer, RawExchange } from '../support/raw-exchange.ts';
import type { RawRequest } from './raw-request.ts';

/** Patterns of texts that no response may contain: stack frames, file names, SQL, and names of libraries. */
const INTERNALS = [
  /\bat (?:async )?[\w.<>]+ \(/,
  /node_modules|file:\/\/|node:internal|\.[jt]s:\d+/,
  /\/(?:src|home|root|work|usr|tmp)\//,
  /\b(?:select|insert into|update|delete from)\s+\w+\s+(?:from|set|where|\()/i,
  /\b(?:pglite|mikro-?orm|kysely|valibot|postgres(?:ql)?:\/\/|SQLSTATE)/i,
  /relation "|duplicate key value|violates|syntax error at or near/i,
];

/**
 * Returns what is wrong with the response to a request. The list is empty if the response is correct,
 * whether the request was good or bad.
 */
export function violationsOf({ answers, rest, end }: RawExchange, request: RawRequest): string[] {
  const violations: string[] = [];
  if (end === 'hung') violations.push('no answer');
  if (end === 'refused') violations.push('the server takes no connections');
  // An unreadable request is refused with a body, even if it was meant as HEAD.
  if (rest !== '' && end !== 'closed' && !request.head)
    violations.push(`not HTTP: ${JSON.stringify(rest.slice(0, 200))}`);
  if (request.whole && answers.length === 0 && end === 'closed') violations.push('closed without an answer');
  for (const answer of answers) violations.push(...violationsOfAnswer(answer, request.head));
  return violations;
}

function violationsOfAnswer({ status, headers, body }: RawAnswer, head: boolean): string[] {
  const violations: string[] = [];
  if (status >= 500) violations.push(`${status}: ${body}`);
  if (INTERNALS.some((pattern) => pattern.test(body))) violations.push(`reveals internals: ${body}`);
  if (status < 400 || status >= 500) return violations;
  const type = headers.get('content-type') ?? '';
  if (!type.startsWith('application/problem+json')) violations.push(`${status} as "${type}": ${body}`);
  else if (!head && !isProblem(body, status)) violations.push(`${status} is not a problem document: ${body}`);
  return violations;
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
