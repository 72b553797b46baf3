/**
 * The address of the page, with a slash at the end. The server may be below a path of its host, so it is
 * taken from the address of this file, which the build puts into the folder `assets`.
 */
const PAGE_URL = import.meta.env.DEV
  ? `${location.origin}/`
  : new URL(/* @vite-ignore */ '..', import.meta.url).href;

/**
 * Returns the complete address of something on this server.
 * @param path begins with a slash
 */
export const urlOf = (path: string): string => PAGE_URL + path.slice(1);

/** The path of the page, with a slash at both ends. Two servers on one host have different paths. */
export const PAGE_PATH: string = new URL(PAGE_URL).pathname;
