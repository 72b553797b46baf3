/** An address such as `git@host:owner/name`. A single letter in front is a drive of Windows. */
const SCP_ADDRESS = /^(?:[^@/\\]+@)?[^:/\\]{2,}:(?!\/\/)(.*)$/;

/**
 * Returns the name of a repository from the address of its remote: the owner and the name (`acme/shop`), or
 * only the name if the remote is a folder. Credentials in the address are no part of it. Null: it has none.
 */
export function repositoryName(remote: string): string | null {
  const address = remote.trim();
  const url = /^[a-z][a-z\d+.-]+:\/\//i.test(address) && URL.canParse(address) ? new URL(address) : null;
  const path = url?.pathname ?? SCP_ADDRESS.exec(address)?.[1];
  const isFolder = path === undefined || url?.protocol === 'file:';
  const parts = withoutGitSuffix(path ?? address)
    .split(/[\\/]+/)
    .filter((part) => part !== '');
  return parts.slice(isFolder ? -1 : -2).join('/') || null;
}

/** Returns the name of a repository that has no remote, from its git folder. */
export const nameOfGitFolder = (gitFolder: string): string | null =>
  repositoryName(gitFolder.replace(/[\\/]\.git$/, ''));

const withoutGitSuffix = (path: string): string => path.replace(/[\\/]+$/, '').replace(/\.git$/, '');
