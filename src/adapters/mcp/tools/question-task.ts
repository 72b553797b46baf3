import type * as v from 'valibot';
import type { postQuestion } from '../../../application/use-cases/index.ts';
import { completeResult, type Task, type TaskFields } from './task.ts';
import { structuredResult } from './tool-result.ts';

/** How often a client should ask. A person takes longer to answer, and the answer is not late by much. */
const POLL_INTERVAL_MS = 5_000;

/** The task of a question. */
export function questionTask(standing: v.InferOutput<typeof postQuestion.output>): Task {
  const { question_id: taskId, asked_at, changed_at, expires_at, result } = standing;
  const fields: TaskFields = {
    taskId,
    createdAt: asked_at,
    lastUpdatedAt: changed_at,
    ttlMs: expires_at === null ? null : Date.parse(expires_at) - Date.parse(asked_at),
    pollIntervalMs: POLL_INTERVAL_MS,
    statusMessage: result === null ? 'Waiting for the answer' : STATUS_MESSAGES[result.status],
  };
  return result === null
    ? { ...fields, status: 'working' }
    : { ...fields, status: 'completed', result: completeResult(structuredResult(result)) };
}

const STATUS_MESSAGES = {
  answered: 'The person has answered',
  defaulted: 'Nobody answered in time, so the default answer counts',
  expired: 'Nobody answered in time',
  withdrawn: 'The question was taken back',
  closed: 'The session was ended',
  pending: 'The person wants the agent to stop',
} as const;
