import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  copyProgram,
  installedProgram,
  removeCopies,
} from '../../../src/composition/connection/installed-program.ts';
import { packageInfo } from '../../../src/composition/package-info.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('a program that is installed stays where it is', () => {
  expect(installedProgram({ HOME: '/home/ada' }, '/opt/node_modules/@agent-dashboard/server')).toMatchObject({
    program: [process.execPath, '/opt/node_modules/@agent-dashboard/server/src/composition/bin.ts'],
    copy: null,
  });
});

test('a program of npx is copied with all its packages, once, and removed again', async () => {
  await using folder = await temporaryFolder();
  const cached = join(folder.path, '.npm/_npx/0123/node_modules/@agent-dashboard/server');
  await mkdir(join(cached, 'src/composition'), { recursive: true });
  await writeFile(join(cached, 'src/composition/bin.ts'), 'first');
  await mkdir(join(folder.path, '.npm/_npx/0123/node_modules/other'));
  const env = { HOME: folder.path };
  const { program, copy } = installedProgram(env, cached);
  const copies = join(folder.path, '.local/share/agent-dashboard');
  expect(copy!.to).toBe(join(copies, packageInfo.version));
  await copyProgram(copy!);
  expect(await readFile(program[1]!, 'utf8')).toBe('first');
  expect(await readdir(join(copy!.to, 'node_modules'))).toEqual(['@agent-dashboard', 'other']);
  await writeFile(join(cached, 'src/composition/bin.ts'), 'second');
  await copyProgram(copy!);
  expect(await readFile(program[1]!, 'utf8')).toBe('first');
  expect(await readdir(copies)).toEqual([packageInfo.version]);
  await removeCopies(env);
  await expect(readdir(copies)).rejects.toThrow('ENOENT');
});
