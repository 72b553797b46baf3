import { isDeepStrictEqual } from 'node:util';
import type { DeedReply, SeenQuestion, StoredQuestion } from './endings.ts';
import type { Uptime } from './uptime.ts';

/**
 * A question ends at most so late, if one process was up during that time and the machine is not too busy.
 */
export const MAX_LATE_MS = 5_000;

/** Returns what is wrong with the ending of a question; an empty list if nothing is. */
export function findingsIn(
  seen: SeenQuestion,
  stored: StoredQuestion | undefined,
  uptime: Uptime,
  maxLateMs = MAX_LATE_MS,
): string[] {
  if (stored === undefined) return [`"${seen.plan.text}" is not stored`];
  const findings = [
    ...endingFindings(seen, stored),
    ...seen.deedReplies.flatMap((reply) => deedFindings(reply, seen, stored)),
    ...timeFindings(seen, stored, uptime, maxLateMs),
  ];
  return findings.map((finding) => `"${seen.plan.text}" ${finding}: ${JSON.stringify({ seen, stored })}`);
}

const HAS_ANSWER: ReadonlySet<string> = new Set(['answered', 'defaulted']);

function endingFindings({ plan, seen, seenAgain }: SeenQuestion, stored: StoredQuestion): string[] {
  const { status, answers, answerId } = stored;
  const [answer] = answers;
  const findings: string[] = [];
  if (status === 'open') findings.push('is still open');
  if (seen?.outcome?.status !== status) findings.push('ended for the agent in another way');
  if (!isDeepStrictEqual(seenAgain, seen)) findings.push('has two endings');
  if (answers.length !== (HAS_ANSWER.has(status) ? 1 : 0)) findings.push(`has ${answers.length} answers`);
  if ((answer?.id ?? null) !== answerId) findings.push('has another answer than its message says');
  if ((answer?.content ?? null) !== (seen?.answer ?? null)) findings.push('has another answer for the agent');
  const isDefault = status === 'defaulted';
  if (isDefault && !isDeepStrictEqual(answer?.values, [plan.defaultValue]))
    findings.push('has another default than the agent declared');
  if (answer !== undefined && (answer.decidedBy === 'default') !== isDefault)
    findings.push('has an answer that somebody else decided');
  if (status === 'expired' && plan.defaultValue !== null) findings.push('expired in spite of its default');
  return findings;
}

/** Whoever succeeded must find it stored, and whoever came too late must have got the one outcome. */
function deedFindings(
  { deed, status, body }: DeedReply,
  { seen }: SeenQuestion,
  stored: StoredQuestion,
): string[] {
  if (status === 409)
    return isDeepStrictEqual(body.outcome, seen?.outcome) ? [] : [`has another outcome for: ${deed}`];
  if (status !== 200) return [`has ${status} for: ${deed}`];
  const isStored = {
    answer: () => stored.answerId === body.id,
    withdraw: () => stored.status === 'withdrawn',
    postpone: () => stored.expiresAt.toISOString() === body.expires_at,
  }[deed]();
  return isStored ? [] : [`has lost: ${deed}`];
}

const endsByItself = ({ status }: StoredQuestion): boolean => status === 'expired' || status === 'defaulted';

/**
 * Returns when a question ended, as exactly as it is known: an answer has a time, else the agent's wait
 * ended.
 */
const endedAt = ({ seenAt }: SeenQuestion, { answers }: StoredQuestion): number =>
  answers[0]?.createdAt.getTime() ?? seenAt;

/** Returns how late a question ended, and for how long of that one process was up. */
export function lateness(
  seen: SeenQuestion,
  stored: StoredQuestion,
  uptime: Uptime,
): { readonly inAllMs: number; readonly upMs: number } {
  const expiresAt = stored.expiresAt.getTime();
  const end = endedAt(seen, stored);
  return { inAllMs: end - expiresAt, upMs: uptime.longest(expiresAt, end) };
}

function timeFindings(
  seen: SeenQuestion,
  stored: StoredQuestion,
  uptime: Uptime,
  maxLateMs: number,
): string[] {
  const { inAllMs, upMs } = lateness(seen, stored, uptime);
  if (endsByItself(stored) && inAllMs < 0) return [`ended ${-inAllMs} ms early`];
  return upMs > maxLateMs ? [`ended ${inAllMs} ms late, while a process was up`] : [];
}
