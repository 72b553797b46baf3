import { homedir, hostname } from 'node:os';
import { resolve, sep } from 'node:path';
import type { GivenWireContext } from '../../application/wire/agent-context.ts';
import { MAX_CONTEXT_LENGTH } from '../../domain/conversation/agent-context.ts';
import { git } from './git.ts';
import { nameOfGitFolder, repositoryName } from './repository-name.ts';
import { terminalOf } from './terminal.ts';

/** An agent's message must not wait long for this. */
const TIMEOUT_MS = 2_000;

/**
 * Returns a function that says where this process runs: the machine, the working folder (with `~` for the
 * home folder), the terminal, and the repository and branch if the folder is in one. Only the branch is read
 * at each call. What cannot be found out is left out, and nothing is thrown. Git runs none of the user's
 * hooks, filters or other programs.
 *
 * ```ts
 * const session = client.session({ agent_type: 'release-script', context: localContext() });
 * ```
 * @param folder the working folder. Default: that of this process.
 */
export function localContext(folder: string = process.cwd()): () => Promise<GivenWireContext> {
  const machine = hostname();
  const terminal = terminalOf(process.env);
  let repository: Promise<string | null> | null = null;
  return async () => {
    repository ??= readRepository(folder);
    const name = await repository;
    return {
      ...(name !== null && { repository: name, branch: await readBranch(folder) }),
      ...(machine !== '' && { machine: cut(machine) }),
      folder: cut(withoutHome(folder)),
      ...(terminal !== null && { terminal: cut(terminal) }),
    };
  };
}

async function readRepository(folder: string): Promise<string | null> {
  const remote = await runGit(['config', '--get', 'remote.origin.url'], folder);
  const gitFolder = await runGit(['rev-parse', '--git-common-dir'], folder);
  if (gitFolder === null) return null;
  const name = (remote && repositoryName(remote)) || nameOfGitFolder(resolve(folder, gitFolder));
  return name && cut(name);
}

/** Returns the branch, or the commit if no branch is checked out. Null: neither is known. */
async function readBranch(folder: string): Promise<string | null> {
  const branch = await runGit(['symbolic-ref', '--quiet', '--short', 'HEAD'], folder);
  if (branch) return cut(branch);
  const commit = await runGit(['rev-parse', '--short', '--verify', '--quiet', 'HEAD'], folder);
  return commit && `${commit} (detached)`;
}

/** Returns the line that git prints; null if git fails or is not installed. */
const runGit = (args: readonly string[], folder: string): Promise<string | null> =>
  git(args, { folder, timeoutMs: TIMEOUT_MS }).then(
    (output) => output.trim(),
    () => null,
  );

function withoutHome(folder: string): string {
  const home = homedir();
  if (folder === home) return '~';
  return home !== '' && folder.startsWith(home + sep) ? `~${folder.slice(home.length)}` : folder;
}

/** Cuts a text to as many characters as the server accepts. */
const cut = (text: string): string => [...text].slice(0, MAX_CONTEXT_LENGTH).join('');
