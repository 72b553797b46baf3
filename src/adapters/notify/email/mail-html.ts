/** What a mail shows, once as plain text and once as HTML. */
export interface MailParts {
  readonly title: string;
  readonly text: string;
  readonly deadline: string | null;
  readonly buttons: readonly { readonly label: string; readonly url: string }[];
  /** The link to the page. */
  readonly more: { readonly label: string; readonly url: string };
}

/** Mail programs know few styles, and ignore style sheets. */
const STYLES = {
  body: 'font-family: sans-serif; font-size: 16px; line-height: 1.5; max-width: 40em; margin: 0 auto; padding: 16px',
  text: 'white-space: pre-wrap; overflow-wrap: anywhere',
  button:
    'display: inline-block; padding: 10px 18px; margin: 0 8px 8px 0; border-radius: 6px; background: #1a56db; ' +
    'color: #ffffff; text-decoration: none',
};

export const mailHtml = ({ title, text, deadline, buttons, more }: MailParts): string => `<!doctype html>
<html><head><meta charset="utf-8"><title>${escaped(title)}</title></head>
<body style="${STYLES.body}">
<h1 style="font-size: 18px">${escaped(title)}</h1>
<p style="${STYLES.text}">${escaped(text)}</p>
${deadline === null ? '' : `<p>${escaped(deadline)}</p>`}
<p>${buttons.map(({ label, url }) => link(label, url, STYLES.button)).join('\n')}</p>
<p>${link(more.label, more.url, '')}</p>
</body></html>
`;

const link = (label: string, url: string, style: string): string =>
  `<a href="${escaped(url)}" style="${style}">${escaped(label)}</a>`;

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
