import { execFileSync } from 'node:child_process';
import { devNull } from 'node:os';
import { gitEnvironment } from '../../src/adapters/git/git-environment.ts';

/**
 * Runs git in a folder and returns what it prints. Neither the settings of the user nor the variables of a
 * git hook that has started the tests have an effect: with them, git could change this very repository.
 */
export const runGit = (folder: string, ...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.test', ...args], {
    cwd: folder,
    env: { ...gitEnvironment(process.env), GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
