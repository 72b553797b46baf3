import { Marked, type Token } from 'marked';
import { escapeHtml, isSafeLink } from '../../model/safe-text.ts';

/**
 * A message may be hostile, so there are two layers of protection. This renderer shows HTML as plain text,
 * turns an image into a link to it, and allows only links to the web or to a mail address. Other links are
 * shown as they were written. `markdown.ts` then removes everything that it does not allow.
 */
const marked = new Marked({
  gfm: true,
  breaks: true,
  tokenizer: {
    // GitHub also strikes out what is between single tildes, but these are in prices, times and paths.
    del: (text) => (text.startsWith('~~') ? false : undefined),
  },
  renderer: {
    html: ({ text }) => escapeHtml(text),
    image: ({ raw, href, text }) => renderLink(raw, href, escapeHtml(text || href)),
    link({ raw, href, tokens }) {
      return renderLink(raw, href, this.parser.parseInline(tokens));
    },
    // A line such as `[WARN]: timeout` has the form of the address of a link.
    def: ({ raw, href }) => (isSafeLink(href) ? '' : `<p>${escapeHtml(raw.trim())}</p>\n`),
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    // A wide code block has its own scroll bar, so the keyboard must be able to focus it.
    code: ({ text }) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>`,
  },
});

const renderLink = (source: Token['raw'], href: string, contentHtml: string): string =>
  isSafeLink(href)
    ? `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer">${contentHtml}</a>`
    : escapeHtml(source);

/** A deeper text is no use to a reader, and slow to put on the page. */
const MAX_DEPTH = 50;

/**
 * Returns the HTML of a message: CommonMark with GitHub's tables, task lists and `~~`.
 * @throws Error if the text is nested too deep for the parser or the page
 */
export function markdownToHtml(text: string): string {
  const html = marked.parse(text, { async: false });
  if (depthOf(html) > MAX_DEPTH) throw new Error('nested too deep');
  return html;
}

/** Returns how deep the elements are nested. All other `<` in the HTML are escaped. */
function depthOf(html: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [tag] of html.matchAll(/<(?!br|hr)\/?/g)) {
    depth += tag === '<' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/**
 * The parser searches the rest of the text again from each marker of emphasis. Up to this product of markers
 * and characters it takes a tenth of a second at most.
 */
const MAX_QUICK_WORK = 3_000_000;

/** Returns whether the parser is quick for a text, whatever it contains. */
export function isQuickToParse(text: string): boolean {
  const markerCount = text.match(/[*_~]/g)?.length ?? 0;
  return markerCount * text.length <= MAX_QUICK_WORK;
}
