/** The usual home folders of Linux, macOS and Windows. */
const HOME_FOLDER =
  /^(?:\/(?:var\/)?home\/[^/]+|\/Users\/[^/]+|\/root|[a-z]:[\\/]Users[\\/][^\\/]+)(?=[\\/]|$)/i;

/**
 * Writes a path with `~` for the home folder: it contains the name of a person, and says nothing to them.
 * Other texts stay as they are.
 */
export const withoutHomeFolder = (path: string): string => path.replace(HOME_FOLDER, '~');
