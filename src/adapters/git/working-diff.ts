import { accessSync, constants } from 'node:fs';
import { copyFile, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkGitDiff, GIT_DIFF_LIMIT_BYTES } from '../../domain/text/git-diff.ts';
import type { Logger } from '../../ports/runtime.ts';
import { git } from './git.ts';

const DIFF = [
  'diff',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--submodule=short',
  '--src-prefix=a/',
  '--dst-prefix=b/',
];

/** What has changed in a working copy since a moment, committed meanwhile or not. */
export class WorkingDiff {
  readonly #top: string;
  /** The commit, or the empty tree where there was none yet. */
  readonly #since: string;
  /** The id of a file with nothing in it. */
  readonly #empty: string;
  readonly #logger: Logger;

  private constructor(top: string, since: string, empty: string, logger: Logger) {
    this.#top = top;
    this.#since = since;
    this.#empty = empty;
    this.#logger = logger;
  }

  /** From now on. Null, and a warning, where there is no repository. */
  static async since(folder: string, logger: Logger): Promise<WorkingDiff | null> {
    try {
      const top = (await git(['rev-parse', '--show-toplevel'], { folder })).replace(/\n$/, '');
      const commit = await git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { folder }).catch(() =>
        git(['hash-object', '-t', 'tree', '--stdin'], { folder }),
      );
      const empty = await git(['hash-object', '-t', 'blob', '--stdin'], { folder });
      return new WorkingDiff(top, commit.trim(), empty.trim(), logger);
    } catch (error) {
      logger.warn({ err: error, folder }, 'no diffs are sent: this is no git repository, or git is missing');
      return null;
    }
  }

  /** At most 1 MiB; empty where nothing has changed, null where git cannot tell. */
  async read(): Promise<string | null> {
    const scratch = await mkdtemp(join(tmpdir(), 'agent-dashboard-diff-'));
    try {
      const verdict = checkGitDiff(await this.#diff(join(scratch, 'index')));
      if (verdict?.status === 'cleared') return '';
      return verdict?.status === 'stored' || verdict?.status === 'cut' ? verdict.diff : null;
    } catch (error) {
      this.#logger.warn({ err: error }, 'a step goes without its diff');
      return null;
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  /** In a copy of the index, in which untracked files can be announced without touching the person's own. */
  async #diff(index: string): Promise<string> {
    const folder = this.#top;
    const own = resolve(folder, (await git(['rev-parse', '--git-path', 'index'], { folder })).trim());
    // A repository without a commit may have none.
    await copyAsOldAs(own, index).catch(() => undefined);
    const env = { GIT_INDEX_FILE: index };
    // Names are bytes, which need not be UTF-8.
    const bytes = { folder, env, encoding: 'latin1' } as const;
    const others = await git(['ls-files', '--others', '--exclude-standard', '-z'], bytes);
    // A folder stands for a repository or worktree of its own: what happens there is told by whoever works there.
    const files = others.split('\0').filter((path) => path !== '' && !path.endsWith('/'));
    // Not by `git add`, for which a file that is gone by now is fatal.
    const entries = files
      .filter((path) => !isBarred(folder, path))
      .map((path) => `100644 ${this.#empty}\t${path}\0`);
    if (entries.length > 0) {
      await git(['update-index', '-z', '--index-info'], { ...bytes, input: entries.join('') });
    }
    return git([...DIFF, this.#since, '--'], { folder, env, limit: GIT_DIFF_LIMIT_BYTES });
  }
}

/**
 * By its age git knows which files may have changed in the very second in which it looked at them last, and reads
 * those again. A copy that is younger would hide a change that leaves a file as long as it was.
 */
async function copyAsOldAs(own: string, copy: string): Promise<void> {
  const { atime, mtime } = await stat(own);
  await copyFile(own, copy);
  await utimes(copy, atime, mtime);
}

/** Whether it is a file that may not be read, for which git would end the diff of all others. */
function isBarred(folder: string, path: string): boolean {
  try {
    accessSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path, 'latin1')]), constants.R_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}
