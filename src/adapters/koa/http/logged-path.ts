/** Whatever follows the name of these links, however the path is written. */
const AFTER_ANSWER_LINKS = /(answer[^/]{1,3}links)[^a-z0-9].*/is;
/** Text as long as the token of a link, at a wrong path. An id is shorter. */
const TOKEN = /[\w-]{40,}/g;

/** Returns the path of a request as the log shows it: without the token of an answer link. */
export const loggedPath = (path: string): string =>
  path.replace(AFTER_ANSWER_LINKS, '$1/…').replace(TOKEN, '…');
