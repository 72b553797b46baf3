import * as v from 'valibot';
import type { StopRequest } from '../../domain/conversation/agent-instance.ts';
import { NOT_BLANK } from '../../domain/text/blank.ts';
import { hasAtMostCodePoints } from '../../domain/text/code-points.ts';
import { isValidContent } from '../../domain/text/content.ts';
import * as field from './fields.ts';

const MAX_REASON_LENGTH = 1_000;

/** Why the person wants an agent to stop. The agent gets it. */
export const stopReason = v.pipe(
  v.string(),
  v.check(
    (text) => isValidContent(text) && hasAtMostCodePoints(text, MAX_REASON_LENGTH),
    'must be 1 to 1,000 characters and not only white space',
  ),
  v.metadata({ minLength: 1, maxLength: MAX_REASON_LENGTH, ...NOT_BLANK }),
  v.description('Why the agent should stop. The agent gets it'),
);

/** The person's request to stop, as agents and people get it. */
export const stopRequested = v.pipe(
  v.nullable(v.object({ reason: v.nullable(v.string()), at: field.timestamp })),
  v.description('Not null: the person wants the agent to stop now, and to end its session'),
);

export const wireStop = (stop: StopRequest | null): v.InferOutput<typeof stopRequested> =>
  stop === null ? null : { reason: stop.reason, at: stop.requestedAt.toISOString() };
