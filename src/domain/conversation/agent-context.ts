import { withoutHomeFolder } from '../text/home-folder.ts';
import { withoutUnprintable } from '../text/plain-text.ts';

/** What can be known about where an agent runs, in the order in which people read it. */
export const CONTEXT_FIELDS = [
  'repository',
  'branch',
  'machine',
  'folder',
  'model',
  'agentVersion',
  'terminal',
] as const;

export type ContextField = (typeof CONTEXT_FIELDS)[number];

/** Where an agent runs, as far as it is known. The texts are safe to show, and none of them is empty. */
export type AgentContext = { readonly [Field in ContextField]?: string };

/** What an agent says about where it runs. What is absent, null or blank says nothing. */
export type GivenContext = { readonly [Field in ContextField]?: string | null | undefined };

/** Nothing is known. */
export const NO_CONTEXT: AgentContext = {};

/** The longest text of a context, in code points. */
export const MAX_CONTEXT_LENGTH = 255;

/** Folders that agents may name in full. A repository without a remote may be known by its folder. */
const PATHS: readonly ContextField[] = ['folder', 'repository'];

/**
 * Adds to a context what an agent says now. What it says nothing about stays as it was.
 * @returns the very same context if nothing has changed.
 */
export function mergeContext(known: AgentContext, given: GivenContext | null): AgentContext {
  let merged = known;
  for (const field of CONTEXT_FIELDS) {
    const text = cleanText(field, given?.[field] ?? '');
    if (text !== '' && text !== merged[field]) merged = { ...merged, [field]: text };
  }
  return merged;
}

function cleanText(field: ContextField, text: string): string {
  const clean = withoutUnprintable(text).trim();
  return PATHS.includes(field) ? withoutHomeFolder(clean) : clean;
}
