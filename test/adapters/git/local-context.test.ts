import { writeFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { localContext } from '../../../src/adapters/git/local-context.ts';
import { repositoryName } from '../../../src/adapters/git/repository-name.ts';
import { terminalOf } from '../../../src/adapters/git/terminal.ts';
import { runGit } from '../../support/run-git.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await folder[Symbol.asyncDispose]();
});

const git = (...args: string[]) => runGit(folder.path, ...args);
const repository = (...names: string[]) => git('init', '-q', '--initial-branch=main', ...names);
const commit = () => git('commit', '-q', '--allow-empty', '-m', 'first');

describe('where this process runs', () => {
  test('outside of a repository: the machine and the folder', async () => {
    const context = await localContext(folder.path)();
    expect(context).toMatchObject({ machine: hostname(), folder: folder.path });
    expect(context).not.toHaveProperty('repository');
    expect(context).not.toHaveProperty('branch');
  });

  test('the home folder is written as ~, and no other folder', async () => {
    const home = homedir();
    expect(await localContext(home)()).toMatchObject({ folder: '~' });
    expect(await localContext(join(home, 'shop'))()).toMatchObject({ folder: join('~', 'shop') });
    expect(await localContext(`${home}stead`)()).toMatchObject({ folder: `${home}stead` });
  });

  test('in a repository, also before its first commit: its name and its branch, read anew each time', async () => {
    repository();
    git('remote', 'add', 'origin', 'git@git.example:acme/shop.git');
    const read = localContext(folder.path);
    expect(await read()).toMatchObject({ repository: 'acme/shop', branch: 'main' });
    commit();
    git('checkout', '-q', '-b', 'fix/login');
    expect(await read()).toMatchObject({ repository: 'acme/shop', branch: 'fix/login' });
  });

  test('without a branch: the commit', async () => {
    repository();
    commit();
    git('checkout', '-q', '--detach');
    const id = git('rev-parse', '--short', 'HEAD').trim();
    expect(await localContext(folder.path)()).toMatchObject({ branch: `${id} (detached)` });
  });

  test('without a remote, and in another worktree: the folder of the repository', async () => {
    repository('shop');
    const inShop = (...args: string[]) => runGit(join(folder.path, 'shop'), ...args);
    inShop('commit', '-q', '--allow-empty', '-m', 'first');
    inShop('worktree', 'add', '-q', '-b', 'fix', '../elsewhere');
    expect(await localContext(join(folder.path, 'shop'))()).toMatchObject({ repository: 'shop' });
    expect(await localContext(join(folder.path, 'elsewhere'))()).toMatchObject({
      ...{ repository: 'shop', branch: 'fix' },
    });
  });

  test('a variable of a git hook leads to no other repository', async () => {
    repository();
    vi.stubEnv('GIT_DIR', join(folder.path, 'nothing'));
    expect(await localContext(folder.path)()).toMatchObject({ branch: 'main' });
  });

  test('where git is not installed, nothing is thrown', async () => {
    repository();
    vi.stubEnv('PATH', folder.path);
    expect(await localContext(folder.path)()).toMatchObject({ folder: folder.path });
  });

  test('no program of the settings of the repository runs', async () => {
    repository();
    const program = join(folder.path, 'program');
    await writeFile(program, `#!/bin/sh\ntouch '${folder.path}/ran'\n`, { mode: 0o755 });
    for (const name of ['core.fsmonitor', 'core.pager', 'core.sshCommand']) git('config', name, program);
    git('config', 'alias.symbolic-ref', `!${program}`);
    expect(await localContext(folder.path)()).toMatchObject({ branch: 'main' });
    await expect(writeFile(join(folder.path, 'ran'), '', { flag: 'wx' })).resolves.toBeUndefined();
  });
});

test.each([
  ['https://git.example/acme/shop.git', 'acme/shop'],
  ['https://ada:secret@git.example/acme/shop', 'acme/shop'],
  ['https://git.example/acme/shop?token=secret', 'acme/shop'],
  ['https://git.example/group/part/shop.git/', 'part/shop'],
  ['ssh://git@git.example:22/acme/shop.git', 'acme/shop'],
  ['git@git.example:acme/shop.git', 'acme/shop'],
  ['git.example:shop', 'shop'],
  ['/home/ada/git/shop.git', 'shop'],
  ['file:///home/ada/git/shop.git', 'shop'],
  ['C:\\git\\shop.git', 'shop'],
  ['../shop', 'shop'],
  ['', null],
  ['https://git.example/', null],
])('the remote %j is the repository %j', (remote, name) => {
  expect(repositoryName(remote)).toBe(name);
});

test.each<[NodeJS.ProcessEnv, string | null]>([
  [{}, null],
  [{ TERM_PROGRAM: 'iTerm.app' }, 'iTerm.app'],
  [{ TERM_PROGRAM: 'tmux', TMUX: '/tmp/tmux', TMUX_PANE: '%3' }, 'tmux %3'],
  [{ TMUX: '/tmp/tmux' }, 'tmux'],
  [{ ZELLIJ: '0', TERM_PROGRAM: 'WezTerm' }, 'zellij'],
  [{ WT_SESSION: 'a' }, 'Windows Terminal'],
])('the environment %j is the terminal %j', (env, terminal) => {
  expect(terminalOf(env)).toBe(terminal);
});
