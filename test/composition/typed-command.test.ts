import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commandOf } from '../../src/composition/typed-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

const NPM_RUN = 'run --silent agent-dashboard --';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

describe('in a clone', () => {
  const root = '/home/ada/clone';
  const byNpm = (INIT_CWD: string) => ({ npm_package_json: `${root}/package.json`, INIT_CWD });
  test.each([
    ['npm start in it', root, byNpm(root), `npm ${NPM_RUN}`],
    ['npm start in a folder below', root, byNpm(`${root}/docs`), `npm ${NPM_RUN}`],
    ['npm --prefix from elsewhere', root, byNpm('/home/ada'), `npm --prefix ${root} ${NPM_RUN}`],
    ['node in it', root, {}, `npm ${NPM_RUN}`],
    // npm would look for the data in the clone, and not in this folder.
    ['node in a folder below', `${root}/docs`, {}, `node ${root}/bin/agent-dashboard.js`],
    ['node above it', '/home/ada', {}, 'node clone/bin/agent-dashboard.js'],
    [
      "another project's npm script",
      '/srv',
      { npm_package_json: '/srv/package.json', INIT_CWD: '/srv' },
      `node ${root}/bin/agent-dashboard.js`,
    ],
  ])('the command is right after %s', (_start, cwd, env, command) => {
    expect(commandOf({ root, isSource: true, cwd, env })).toBe(command);
  });

  test.each(['/my folder/it', "/ada's", '/a;b', '/$HOME', '/ä'])('the path %s is safe in a shell', (path) => {
    const command = commandOf({ root: path, isSource: true, cwd: '/', env: {} });
    expect(command).toMatch(/^node '.*'$/);
    expect(command.replaceAll(`'\\''`, "'")).toBe(`node '${path}/bin/agent-dashboard.js'`);
  });
});

describe('installed', () => {
  /** Makes a folder that has the package and links to its program. */
  async function install(parent: string, link: string): Promise<string> {
    const root = join(folder.path, parent, 'node_modules/@agent-dashboard/server');
    await mkdir(join(root, 'dist/composition'), { recursive: true });
    await writeFile(join(root, 'dist/composition/bin.js'), '');
    await mkdir(join(folder.path, link, '..'), { recursive: true });
    await symlink(join(root, 'dist/composition/bin.js'), join(folder.path, link));
    return root;
  }

  test('locally, npx runs the command, and never downloads one', async () => {
    const bin = 'project/node_modules/.bin';
    const root = await install('project', `${bin}/agent-dashboard`);
    // npx adds the first of these folders to PATH.
    const env = { PATH: `${join(folder.path, bin)}:/usr/bin` };
    for (const cwd of ['project', 'project/src']) {
      const start = { root, isSource: false, cwd: join(folder.path, cwd), env };
      expect(commandOf(start)).toBe('npx --no-install agent-dashboard');
    }
  });

  test('globally, the name alone is the command', async () => {
    const root = await install('lib', 'bin/agent-dashboard');
    const env = { PATH: `/usr/bin:${join(folder.path, 'bin')}` };
    expect(commandOf({ root, isSource: false, cwd: '/', env })).toBe('agent-dashboard');
  });

  test("where neither finds this program, node runs the program's file", async () => {
    const root = await install('lib', 'bin/agent-dashboard');
    const other = await install('other', 'elsewhere/agent-dashboard');
    const env = { PATH: join(folder.path, 'elsewhere') };
    const command = `node ${root}/dist/composition/bin.js`;
    expect(commandOf({ root, isSource: false, cwd: '/', env })).toBe(command);
    expect(commandOf({ root, isSource: false, cwd: join(other, '../../..'), env })).toBe(command);
    expect(commandOf({ root, isSource: false, cwd: root, env })).toBe('node dist/composition/bin.js');
  });
});
