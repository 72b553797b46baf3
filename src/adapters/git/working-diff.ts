import { accessSync, constants } from 'node:fs';
import { copyFile, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkGitDiff, MAX_GIT_DIFF_BYTES } from '../../domain/text/git-diff.ts';
import type { Logger } from '../../ports/runtime.ts';
import { type DiffBase, objectExists, readBase } from './diff-base.ts';
import { withoutFilters } from './filter-settings.ts';
import { git } from './git.ts';

const DIFF_ARGUMENTS = [
  'diff',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--submodule=short',
  // Git does not look into submodules then: a broken one would make it fail.
  '--ignore-submodules=dirty',
  '--unified=3',
  // Cancels `diff.orderFile`, without whose file git would print no diff.
  '-O/dev/null',
  '--src-prefix=a/',
  '--dst-prefix=b/',
];

/**
 * The changes in a git working copy since the agent began, committed or not. They include untracked files,
 * but not ignored files, other worktrees and nested repositories.
 */
export class WorkingDiff {
  /** The top folder of the working copy. */
  readonly #topFolder: string;
  #base: DiffBase;
  readonly #logger: Logger;

  private constructor(topFolder: string, base: DiffBase, logger: Logger) {
    this.#topFolder = topFolder;
    this.#base = base;
    this.#logger = logger;
  }

  /**
   * Creates a diff that compares with the current commit. Returns null and logs a warning if `folder` is not
   * in a git repository, or if git is not installed.
   */
  static async sinceCurrentCommit(folder: string, logger: Logger): Promise<WorkingDiff | null> {
    try {
      const topFolder = (await git(['rev-parse', '--show-toplevel'], { folder })).replace(/\n$/, '');
      return new WorkingDiff(topFolder, await readBase(folder), logger);
    } catch (error) {
      logger.warn({ folder }, `no diffs are sent: ${reasonOf(error)}`);
      return null;
    }
  }

  /**
   * Returns the diff as text, cut at 1 MiB, or an empty text if nothing has changed. Returns null and logs a
   * warning if the diff cannot be made.
   */
  async read(): Promise<string | null> {
    try {
      const checkedDiff = checkGitDiff(await this.#diffSinceBase());
      if (checkedDiff?.status === 'cleared') return '';
      return checkedDiff?.status === 'stored' || checkedDiff?.status === 'cut' ? checkedDiff.diff : null;
    } catch (error) {
      this.#logger.warn({ folder: this.#topFolder }, `the step is sent without its diff: ${reasonOf(error)}`);
      return null;
    }
  }

  /** If the base is gone, the present commit becomes the base: else no diff would be sent any more. */
  async #diffSinceBase(): Promise<string> {
    const folder = this.#topFolder;
    try {
      return await this.#diffSince(this.#base);
    } catch (error) {
      if (await objectExists(this.#base.id, folder)) throw error;
      const presentBase = await readBase(folder);
      const diff = await this.#diffSince(presentBase);
      this.#base = presentBase;
      this.#logger.warn({ folder }, 'the commit of the start is gone: diffs begin at the present commit');
      return diff;
    }
  }

  async #diffSince(base: DiffBase): Promise<string> {
    const temporaryFolder = await mkdtemp(join(tmpdir(), 'agent-dashboard-diff-'));
    try {
      return await this.#runDiff(base, join(temporaryFolder, 'index'));
    } finally {
      // A folder that cannot be removed does no harm to the diff.
      await rm(temporaryFolder, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  /**
   * Adds the untracked files to a copy of the index and runs the diff. The user's own index stays as it is.
   * @param indexCopy the path of the copy.
   */
  async #runDiff(base: DiffBase, indexCopy: string): Promise<string> {
    const folder = this.#topFolder;
    const usersIndex = resolve(folder, (await git(['rev-parse', '--git-path', 'index'], { folder })).trim());
    // A repository without a commit may have no index.
    await copyWithTimes(usersIndex, indexCopy).catch(() => undefined);
    const env = { GIT_INDEX_FILE: indexCopy };
    // File names are bytes that need not be valid UTF-8. Latin-1 keeps every byte.
    const latin1Options = { folder, env, encoding: 'latin1' } as const;
    const untracked = await git(['ls-files', '--others', '--exclude-standard', '-z'], latin1Options);
    // A path that ends with a slash is a nested repository or another worktree. These are left out.
    const files = untracked.split('\0').filter((path) => path !== '' && !path.endsWith('/'));
    // `git add` is not used: it would fail if one of the files had been deleted meanwhile.
    const entries = files
      .filter((path) => !lacksReadPermission(folder, path))
      .map((path) => `100644 ${base.emptyFileId}\t${path}\0`);
    if (entries.length > 0) {
      await git(['update-index', '-z', '--index-info'], { ...latin1Options, input: entries.join('') });
    }
    return git([...DIFF_ARGUMENTS, base.id, '--'], {
      folder,
      env: { ...env, ...(await withoutFilters(folder)) },
      maxOutputBytes: MAX_GIT_DIFF_BYTES,
    });
  }
}

/** Returns one line about a failure. The agent program shows the log to people, who need no stack trace. */
const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s+/g, ' ');

/**
 * Copies the index with its times. Git reads the content of files that are as new as the index, because they
 * may have changed in the same second. With a newer time on the index, git would miss a change that does not
 * change the size of a file.
 */
async function copyWithTimes(source: string, copy: string): Promise<void> {
  const { atime, mtime } = await stat(source);
  await copyFile(source, copy);
  await utimes(copy, atime, mtime);
}

/**
 * Returns whether this process has no permission to read a file. One such file would make git fail.
 */
function lacksReadPermission(folder: string, path: string): boolean {
  try {
    accessSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path, 'latin1')]), constants.R_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}
