import * as v from 'valibot';
import type { AgentQuestion } from '../../../application/permission/agent-question.ts';
import { inputObject, text } from '../event-table.ts';

const CHOICES = v.object({ question: text, choices: v.optional(v.array(text)) });
const FORM = v.object({
  message: text,
  requestedSchema: v.object({ properties: v.record(v.string(), inputObject) }),
});
const CHOICE_FIELD = v.object({ enum: v.array(text) });

/** Returns the question in the input of `ask_user`; null if it asks for more than one thing. */
export function askedQuestion(input: object): AgentQuestion | null {
  const choices = v.safeParse(CHOICES, input);
  if (choices.success) return question(choices.output.question, choices.output.choices ?? []);
  const form = v.safeParse(FORM, input);
  if (!form.success) return null;
  const [field, ...others] = Object.values(form.output.requestedSchema.properties);
  if (field === undefined || others.length > 0) return null;
  const choice = v.safeParse(CHOICE_FIELD, field);
  return question(form.output.message, choice.success ? choice.output.enum : []);
}

const question = (asked: string, labels: readonly string[]): AgentQuestion => ({
  question: asked,
  options: labels.map((label) => ({ label })),
});
