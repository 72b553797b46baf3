import * as v from 'valibot';
import type { Outcome } from '../../domain/conversation/outcome.ts';
import * as field from './fields.ts';

export const formAnswer = v.record(
  v.string(),
  v.union([v.string(), v.number(), v.boolean(), v.array(v.string())]),
);

const endedStatus = v.picklist(['answered', 'defaulted', 'expired', 'withdrawn', 'closed']);

/** How a question ended, as agents get it. */
export const outcome = v.object({
  question_id: field.shownId,
  status: endedStatus,
  values: v.pipe(v.nullable(v.array(v.string())), v.description('The values of the chosen options')),
  form: v.nullable(formAnswer),
  decided_by: v.pipe(
    v.nullable(v.picklist(['person', 'default'])),
    v.description('default: nobody answered in time. null: there is no answer'),
  ),
  via: v.pipe(v.nullable(v.string()), v.description('Where the person answered, for example page')),
  answered_at: v.nullable(field.timestamp),
});

export const outcomes = v.pipe(
  v.array(outcome),
  v.description('How questions ended that the agent gets to know with this response'),
);

export type WireOutcome = v.InferOutput<typeof outcome>;

export const wireOutcome = ({ questionId, status, values, form, ...decision }: Outcome): WireOutcome => ({
  question_id: questionId,
  status,
  values: values === null ? null : [...values],
  form: form === null ? null : (structuredClone(form) as WireOutcome['form']),
  decided_by: decision.decidedBy,
  via: decision.via,
  answered_at: decision.answeredAt?.toISOString() ?? null,
});
