/** The links of an HTML mail, in order, as a mail program shows them. */
export const linksOf = (html: string): readonly { readonly label: string; readonly url: string }[] =>
  Array.from(html.matchAll(/<a href="([^"]*)"[^>]*>([^<]*)<\/a>/g), ([, url, label]) => ({
    label: unescaped(label!),
    url: unescaped(url!),
  }));

const CHARACTERS: { readonly [entity: string]: string } = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
};

/** Replaces the entities of an HTML text. */
export const unescaped = (html: string): string =>
  html.replaceAll(/&([a-z]+|#\d+);/g, (_, entity) => {
    const character = CHARACTERS[entity];
    if (character === undefined) throw new Error(`An entity that the mail should not have: ${entity}`);
    return character;
  });
