import DOMPurify, { type Config } from 'dompurify';
import { Marked } from 'marked';
import { escapeHtml, isSafeLink } from '../../model/safe-text.ts';

/**
 * A message may be hostile, so there are two layers of protection. This renderer shows HTML as plain text,
 * turns an image into a link to it, and allows only links to the web or to a mail address. DOMPurify then
 * removes everything that `SANITIZER_CONFIG` does not allow.
 */
const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => escapeHtml(text),
    image: ({ href, text }) => renderLink(href, escapeHtml(text || href)),
    link({ href, tokens }) {
      return renderLink(href, this.parser.parseInline(tokens));
    },
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    // A wide code block has its own scroll bar, so the keyboard must be able to focus it.
    code: ({ text }) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>`,
  },
});

const renderLink = (href: string, contentHtml: string): string =>
  isSafeLink(href)
    ? `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer">${contentHtml}</a>`
    : contentHtml;

/** Allowed attributes whose values are not addresses. */
const PLAIN_ATTRIBUTES = ['rel', 'target', 'start', 'align', 'tabindex'];

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
    return DOMPurify.sanitize(marked.parse(text, { async: false }), SANITIZER_CONFIG);
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
