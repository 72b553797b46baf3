import DOMPurify, { type Config } from 'dompurify';
import { htmlWithinLimit } from './html-within-limit.ts';
import { isQuickToParse, markdownToHtml } from './markdown-to-html.ts';

/** Allowed attributes whose values are not addresses. */
const PLAIN_ATTRIBUTES = ['rel', 'target', 'start', 'align', 'tabindex'];

/** What may remain of the HTML that `markdownToHtml` has made of a message. */
const SANITIZER_CONFIG = {
  ALLOWED_TAGS: [
    ...['a', 'blockquote', 'br', 'code', 'del', 'em', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'li', 'ol'],
    ...['p', 'pre', 'strong', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'],
  ],
  ALLOWED_ATTR: ['href', ...PLAIN_ATTRIBUTES],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  // Without this, DOMPurify checks these attributes against ALLOWED_URI_REGEXP, too.
  ADD_URI_SAFE_ATTR: PLAIN_ATTRIBUTES,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true as const,
} satisfies Config;

/** A message as formatted text; null if it is too complex to format. */
export type Rendered = DocumentFragment | null;

/** What was rendered, by text, so that scrolling does not render the same texts again. */
const cache = new Map<string, Rendered>();
const MAX_CACHED_TEXTS = 300;

/**
 * Renders markdown as safe HTML. Each call returns a new fragment, which the caller may change. Only for a
 * text that may take long to parse, and is not known yet, the result comes later.
 */
export function renderMarkdown(text: string): Rendered | Promise<Rendered> {
  if (cache.has(text)) return copyOf(cache.get(text) ?? null);
  if (isQuickToParse(text)) return remember(text, quickHtml(text));
  return htmlWithinLimit(text).then((html) => remember(text, html));
}

function quickHtml(text: string): string | null {
  try {
    return markdownToHtml(text);
  } catch {
    return null;
  }
}

function remember(text: string, html: string | null): Rendered {
  const rendered = html === null ? null : DOMPurify.sanitize(html, SANITIZER_CONFIG);
  // A wide table has its own scroll bar, so the keyboard must be able to focus it, too.
  for (const table of rendered?.querySelectorAll('table') ?? []) table.tabIndex = 0;
  if (cache.size >= MAX_CACHED_TEXTS) cache.delete(cache.keys().next().value!);
  cache.set(text, rendered);
  return copyOf(rendered);
}

const copyOf = (rendered: Rendered): Rendered =>
  rendered === null ? null : (rendered.cloneNode(true) as DocumentFragment);
