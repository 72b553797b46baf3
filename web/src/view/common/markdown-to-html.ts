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

/**
 * Returns the HTML of a message: CommonMark with GitHub's tables, task lists and `~~`.
 * @throws Error if the text is nested too deep for the parser
 */
export const markdownToHtml = (text: string): string => marked.parse(text, { async: false });
