import { git } from './git.ts';

/** Prints the id of the content, and is git itself. */
const PRINT_ID = 'git hash-object --stdin';

/**
 * Returns the environment in which git runs no content filter that the settings name: an agent can write the
 * settings of a repository, and this process may have more rights than the agent. In the place of the content
 * of a file with a filter, git sees the id of that content, because the content may be a secret that the
 * filter encrypts. A file of a filter with a `process`, such as Git LFS, is seen as it is, because git takes
 * no other command in its place.
 */
export async function withoutFilters(folder: string): Promise<{ readonly [name: string]: string }> {
  const output = await git(['config', '--null', '--name-only', '--list'], { folder });
  const names = output.split('\0').filter((name) => /^filter\..*\.(?:clean|process|required)$/s.test(name));
  const settings = [...new Set(names)].map((name) => [name, replacementFor(name)] as const);
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', `${settings.length}`],
    // An option `-c` would end the name of a filter at its first `=`.
    ...settings.flatMap(([name, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, name],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ]);
}

function replacementFor(name: string): string {
  if (name.endsWith('.clean')) return PRINT_ID;
  return name.endsWith('.required') ? 'false' : '';
}
