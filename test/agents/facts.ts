import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ShownAgent } from './person.ts';
import { BRANCH, PROMPT, REPOSITORY } from './workplace.ts';

/** @throws Error unless the agent has made this folder, or has not. */
export function requireMade(folder: string, name: string, isMade: boolean): void {
  if (existsSync(join(folder, name)) !== isMade) throw new Error(`"${name}" was ${isMade ? 'not ' : ''}made`);
}

/** @throws Error unless the model of the agent was told this. */
export function requireTold(told: string, text: string): void {
  if (!told.includes(text)) throw new Error(`its model did not read "${text}", but ${told}`);
}

/**
 * Returns what the dashboard shows of an agent.
 * @throws Error unless it is named after its prompt, and shows where it runs.
 */
export function requireShown({ name, context }: ShownAgent): string {
  if (context?.repository !== REPOSITORY || context.branch !== BRANCH || name !== PROMPT)
    throw new Error(`the session shows ${JSON.stringify({ name, context })}`);
  return `shows as "${name}" with ${[context.repository, context.branch, context.model].filter(Boolean).join(', ')}`;
}
