import DOMPurify, { type Config } from 'dompurify';
import { Marked } from 'marked';
import { escapeHtml, isSafeLink } from '../../model/safe-text.ts';

/**
 * Two walls against what a message may carry. The first makes no markup out of it but its own: HTML is
 * shown as the text that it is, an image is a link to it (none is loaded), a link leads to the web or to
 * mail. The second, DOMPurify, drops whatever else gets through.
 */
const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => escapeHtml(text),
    image: ({ href, text }) => link(href, escapeHtml(text || href)),
    link({ href, tokens }) {
      return link(href, this.parser.parseInline(tokens));
    },
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    // Scrolls by itself where it is too wide, by keyboard, too.
    code: ({ text }) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>`,
  },
});

const link = (href: string, inner: string): string =>
  isSafeLink(href)
    ? `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer">${inner}</a>`
    : inner;

const NO_ADDRESSES = ['rel', 'target', 'start', 'align', 'tabindex'];

const ALLOWED = {
  ALLOWED_TAGS: [
    ...['a', 'blockquote', 'br', 'code', 'del', 'em', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'li', 'ol'],
    ...['p', 'pre', 'strong', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'],
  ],
  ALLOWED_ATTR: ['href', ...NO_ADDRESSES],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  // DOMPurify holds every other attribute against the expression, too.
  ADD_URI_SAFE_ATTR: NO_ADDRESSES,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true as const,
} satisfies Config;

/** What was rendered lately: scrolling to and fro does not render again. */
const rendered = new Map<string, DocumentFragment>();
const KEPT = 300;

export function renderMarkdown(text: string): DocumentFragment {
  const known = rendered.get(text);
  if (known !== undefined) return known.cloneNode(true) as DocumentFragment;
  const fragment = parsed(text);
  // As with code: what scrolls by itself has to be in reach of the keyboard.
  for (const table of fragment.querySelectorAll('table')) table.tabIndex = 0;
  if (rendered.size >= KEPT) rendered.delete(rendered.keys().next().value!);
  rendered.set(text, fragment);
  return fragment.cloneNode(true) as DocumentFragment;
}

function parsed(text: string): DocumentFragment {
  try {
    return DOMPurify.sanitize(marked.parse(text, { async: false }), ALLOWED);
  } catch {
    // Nested deeper than the parser can follow: shown as it is.
    const plain = document.createElement('p');
    plain.className = 'plain';
    plain.textContent = text;
    const fragment = document.createDocumentFragment();
    fragment.append(plain);
    return fragment;
  }
}
