import { git } from './git.ts';

/** What the working copy is compared with. */
export interface DiffBase {
  /** The id of the commit when the agent began, or of the empty tree if there was no commit yet. */
  readonly id: string;
  /**
   * The id of an empty file. Untracked files are added to the copied index as empty files, so that the diff
   * shows all their lines as new.
   */
  readonly emptyFileId: string;
}

/** Returns the present commit as the base. */
export async function readBase(folder: string): Promise<DiffBase> {
  // Without a commit, `hash-object` returns the id of the empty tree: its stdin is empty.
  const id = await git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { folder }).catch(() =>
    git(['hash-object', '-t', 'tree', '--stdin'], { folder }),
  );
  const emptyFileId = await git(['hash-object', '-t', 'blob', '--stdin'], { folder });
  return { id: id.trim(), emptyFileId: emptyFileId.trim() };
}

/** Returns whether git still has an object. A commit goes with its repository, or when git tidies up. */
export const objectExists = (objectId: string, folder: string): Promise<boolean> =>
  git(['cat-file', '-e', objectId], { folder }).then(
    () => true,
    () => false,
  );
