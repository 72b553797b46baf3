/** How many words of a searched text count. Each one has to be looked for in every message. */
export const MAX_SEARCH_WORDS = 8;

/** Returns the words of a searched text, each once. A message matches if it contains all of them. */
export const searchWords = (text: string): string[] =>
  [...new Set(text.split(/\s+/).filter((word) => word !== ''))].slice(0, MAX_SEARCH_WORDS);
