import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../documents/shell-blocks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { has } from './proxy.ts';

const read = (file: string) => readFile(join(ROOT, file), 'utf8');

test('the image is built from files that exist and are not ignored, and runs the command of the package', async () => {
  const dockerfile = await read('Dockerfile');
  const letIn = Array.from((await read('.dockerignore')).matchAll(/^!(.*)$/gm), ([, name]) => name);
  const { bin, scripts } = JSON.parse(await read('package.json')) as { bin: object; scripts: object };

  for (const [, sources] of dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)) {
    for (const source of sources!.split(' ')) {
      expect(existsSync(join(ROOT, source)), source).toBe(true);
      expect(letIn, source).toContain(source);
    }
  }
  for (const [, script] of dockerfile.matchAll(/npm run ([\w:]+)/g))
    expect(scripts).toHaveProperty([script!]);
  for (const target of Object.values(bin) as string[])
    expect(dockerfile).toContain(`/app/${target.slice(2)}`);
  // The command that follows must not run as root.
  expect(dockerfile.split('\nFROM ').at(-1)).toMatch(/^USER node$/m);
});

test('the unit starts the command of the package', async () => {
  const { bin } = JSON.parse(await read('package.json')) as { bin: { 'agent-dashboard': string } };
  const command = `/opt/agent-dashboard/${bin['agent-dashboard'].slice(2)} serve`;
  expect(await read('deploy/agent-dashboard.service')).toContain(`ExecStart=/usr/bin/node ${command}\n`);
});

test.skipIf(!has('systemd-analyze'))('systemd finds nothing wrong with the unit', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'agent-dashboard.service');
  // systemd-analyze checks that the program exists, and test machines have Node in another place.
  await writeFile(
    file,
    (await read('deploy/agent-dashboard.service')).replace('/usr/bin/node', process.execPath),
  );
  const said = execFileSync('sh', ['-c', `systemd-analyze verify ${file} 2>&1`], { encoding: 'utf8' });
  expect(said).toBe('');
});
