import DOMPurify, { type Config } from 'dompurify';
import { markdownToHtml } from './markdown-to-html.ts';

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

/** The rendered fragments by text, so that scrolling does not render the same texts again. */
const fragmentCache = new Map<string, DocumentFragment>();
const MAX_CACHED_TEXTS = 300;

/** Renders markdown as safe HTML. Each call returns a new fragment, which the caller may change. */
export function renderMarkdown(text: string): DocumentFragment {
  const cached = fragmentCache.get(text);
  if (cached !== undefined) return cached.cloneNode(true) as DocumentFragment;
  const fragment = renderUncached(text);
  // A wide table has its own scroll bar, so the keyboard must be able to focus it, too.
  for (const table of fragment.querySelectorAll('table')) table.tabIndex = 0;
  if (fragmentCache.size >= MAX_CACHED_TEXTS) fragmentCache.delete(fragmentCache.keys().next().value!);
  fragmentCache.set(text, fragment);
  return fragment.cloneNode(true) as DocumentFragment;
}

function renderUncached(text: string): DocumentFragment {
  try {
    return DOMPurify.sanitize(markdownToHtml(text), SANITIZER_CONFIG);
  } catch {
    // The text is nested too deep for the parser. It is shown as plain text.
    const plain = document.createElement('p');
    plain.className = 'plain';
    plain.textContent = text;
    const fragment = document.createDocumentFragment();
    fragment.append(plain);
    return fragment;
  }
}
