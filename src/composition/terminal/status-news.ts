import type { AgentInstance } from '../../adapters/client/client.ts';
import { plainLine } from '../../domain/text/plain-text.ts';

type Shown = Pick<AgentInstance, 'status' | 'ended_at' | 'failure' | 'stop_requested' | 'stop_seen_at'>;

/** Returns what has changed in the status of an instance. @param before undefined if the instance is new. */
export function statusNews(before: Shown | undefined, now: Shown): readonly string[] {
  const failure = now.failure === null ? '' : `: ${plainLine(now.failure)}`;
  const news = before?.status === now.status ? [] : [`is ${now.status}${failure}`];
  const requestedBefore = before?.stop_requested ?? null;
  if (now.stop_requested === null)
    return requestedBefore === null || now.ended_at !== null ? news : [...news, 'may go on'];
  const { reason, at } = now.stop_requested;
  if (requestedBefore?.at !== at)
    news.push(`was asked to stop${reason === null ? '' : `: ${plainLine(reason)}`}`);
  if (now.stop_seen_at !== null && before?.stop_seen_at !== now.stop_seen_at)
    news.push('knows that it should stop');
  return news;
}

/** Returns whether an instance should stop, as a note for its line; empty if it should not, or has ended. */
export function stopNote({ ended_at, stop_requested, stop_seen_at }: Shown): string {
  if (stop_requested === null || ended_at !== null) return '';
  return stop_seen_at === null ? ' (asked to stop)' : ' (knows that it should stop)';
}
