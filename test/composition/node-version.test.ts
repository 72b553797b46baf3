import { expect, test } from 'vitest';
import { nodeTooOldMessage } from '../../src/composition/node-version.ts';
import { BIN } from '../support/servers/agent-dashboard.ts';
import { NodeProcess } from '../support/servers/node-process.ts';

test.each(['22.18.0', '22.19.1', '24.0.0', '25.0.0-nightly', process.versions.node])(
  'Node %s is accepted as new enough',
  (version) => {
    expect(nodeTooOldMessage(version)).toBeNull();
  },
);

test.each(['20.20.2', '22.17.9', '9.99.0'])('Node %s is refused as too old', (version) => {
  expect(nodeTooOldMessage(version)).toBe(`agent-dashboard needs Node.js 22.18 or newer; this is ${version}`);
});

/** Imitates an old Node: it reports an old version, has no SQLite, and cannot load any library. */
const OLD_NODE = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });
  registerHooks({
    resolve(name, context, next) {
      if (name === 'node:sqlite' || !/^[./]|^(node|file):/.test(name)) throw new Error('No such module: ' + name);
      return next(name, context);
    },
  });`)}`;

test('every command prints one line on a Node that is too old, before it loads a module that is missing there', async () => {
  for (const args of [['serve'], ['--version']]) {
    await using command = new NodeProcess(['--import', OLD_NODE, BIN, ...args]);
    expect(await command.whenEnded).toEqual({ code: 1, signal: null });
    expect(command.stdout).toBe('');
    expect(command.stderr).toBe('agent-dashboard needs Node.js 22.18 or newer; this is 20.20.2\n');
  }
});
