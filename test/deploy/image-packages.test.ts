import { execFile } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ROOT } from '../documents/shell-blocks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);
const FILES = ['package.json', 'package-lock.json'];
/** npm takes from its cache what it has, and prints only what is wrong. */
const QUIETLY = { npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };

interface Lock {
  readonly packages: { readonly [path: string]: { readonly version: string; readonly integrity?: string } };
}

const readLock = async (file: string): Promise<Lock['packages']> =>
  (JSON.parse(await readFile(file, 'utf8')) as Lock).packages;

/** Returns the command of the image that installs packages by name. */
async function installCommand(): Promise<string> {
  const dockerfile = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
  const [, command] = /^RUN (npm install (?:.*\\\n)*.*)$/m.exec(dockerfile)!;
  return command!;
}

test('the image has the optional library of each channel, and nothing but what the lock file names', async () => {
  await using folder = await temporaryFolder();
  const options = { cwd: folder.path, env: { ...process.env, ...QUIETLY } };
  for (const file of FILES) await cp(join(ROOT, file), join(folder.path, file));
  // What `npm prune` has left in the image.
  await run('npm', ['ci', '--omit=dev', '--ignore-scripts'], options);
  const before = await readLock(join(folder.path, 'node_modules/.package-lock.json'));
  await run('sh', ['-c', await installCommand()], options);

  const { peerDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const names = Object.keys(peerDependencies);
  expect(names).toHaveLength(4);
  const importAll = names.map((name) => `await import('${name}');`).join('');
  await run(process.execPath, ['--input-type=module', '--eval', importAll], options);

  const installed = await readLock(join(folder.path, 'node_modules/.package-lock.json'));
  const locked = await readLock(join(ROOT, 'package-lock.json'));
  expect(Object.keys(installed)).toEqual(expect.arrayContaining(Object.keys(before)));
  for (const [path, { version, integrity }] of Object.entries(installed))
    expect({ path, version, integrity }).toEqual({ path, ...picked(locked[path]) });
  expect(Object.keys(installed)).not.toContain('node_modules/vitest');
  for (const file of FILES)
    expect(await readFile(join(folder.path, file), 'utf8')).toBe(await readFile(join(ROOT, file), 'utf8'));
});

const picked = ({ version, integrity }: Partial<Lock['packages'][string]> = {}) => ({ version, integrity });
