import { devNull } from 'node:os';

/**
 * Settings that override those of the user. With them the output always has the same format. Git does not run
 * the user's hooks and programs, starts no file system monitor, and writes no shared index into the
 * repository. An empty `core.fsmonitor` turns the monitor off in every version of git.
 */
export const FIXED_SETTINGS: readonly string[] = [
  'core.quotePath=false',
  'diff.noprefix=false',
  'diff.mnemonicPrefix=false',
  'diff.relative=false',
  'diff.suppressBlankEmpty=false',
  'diff.interHunkContext=0',
  'diff.ignoreSubmodules=untracked',
  'core.fsmonitor=',
  `core.hooksPath=${devNull}`,
  'core.splitIndex=false',
].flatMap((setting) => ['-c', setting]);

/**
 * The only variables of git that are kept: where git itself is installed, where the user's settings are, and
 * whether a repository may continue on another file system.
 */
const KEPT_VARIABLES: ReadonlySet<string> = new Set([
  'GIT_EXEC_PATH',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_DISCOVERY_ACROSS_FILESYSTEM',
]);

/**
 * Returns an environment for git without the variables that choose another repository (`GIT_DIR`), other
 * settings or another format. They are set in every program that a git hook has started. What is left out is
 * everything else that begins with `GIT_`, because a list of the harmful ones would never be complete.
 * @param inherited the environment of this process. Windows ignores the case of these names.
 */
export function gitEnvironment(inherited: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(inherited).filter(
    ([name]) => !/^GIT_/i.test(name) || KEPT_VARIABLES.has(name.toUpperCase()),
  );
  // Git must take no optional locks here, because the agent may run git at the same time.
  return { ...Object.fromEntries(kept), GIT_OPTIONAL_LOCKS: '0', GIT_LITERAL_PATHSPECS: '1' };
}
