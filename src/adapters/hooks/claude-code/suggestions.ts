import * as v from 'valibot';
import type { Suggestion } from '../agent-event.ts';
import { text } from '../event-table.ts';

const RULES = v.object({
  type: v.literal('addRules'),
  behavior: v.literal('allow'),
  rules: v.pipe(
    v.array(v.object({ toolName: text, ruleContent: v.optional(v.nullable(v.string())) })),
    v.nonEmpty(),
  ),
  destination: text,
});
const MODE = v.object({ type: v.literal('setMode'), mode: text, destination: text });
const DIRECTORIES = v.object({
  type: v.literal('addDirectories'),
  directories: v.pipe(v.array(text), v.nonEmpty()),
  destination: text,
});
const SUGGESTION = v.variant('type', [RULES, MODE, DIRECTORIES]);

/** Where Claude Code keeps a permission, in words. */
const DESTINATIONS: ReadonlyMap<string, string> = new Map([
  ['session', 'for this session'],
  ['localSettings', 'for you in this project'],
  ['projectSettings', 'for everybody in this project'],
  ['userSettings', 'for you everywhere'],
]);

/** Returns what Claude Code suggests. What has an unknown form cannot be shown, so it is left out. */
export const suggestionsOf = (values: readonly unknown[]): readonly Suggestion[] =>
  values.flatMap((value) => {
    const result = v.safeParse(SUGGESTION, value);
    return result.success ? [{ label: labelOf(result.output), value }] : [];
  });

function labelOf(suggestion: v.InferOutput<typeof SUGGESTION>): string {
  const where = DESTINATIONS.get(suggestion.destination) ?? suggestion.destination;
  return `${whatOf(suggestion)} (${where})`;
}

function whatOf(suggestion: v.InferOutput<typeof SUGGESTION>): string {
  switch (suggestion.type) {
    case 'addRules':
      return suggestion.rules
        .map(({ toolName, ruleContent }) => (ruleContent == null ? toolName : `${toolName}(${ruleContent})`))
        .join(', ');
    case 'setMode':
      return `permission mode ${suggestion.mode}`;
    case 'addDirectories':
      return `folder ${suggestion.directories.join(', ')}`;
  }
}
