#!/usr/bin/env node
/**
 * Runs the command line of a clone with any Node. MCP clients start it with the Node that they find, which may
 * be too old to read TypeScript. Then this file starts the Node that `npm ci` has installed.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pathOf = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const PROGRAM = pathOf('src/composition/bin.ts');
const INSTALLED_NODE = pathOf('node_modules/node/bin/node');

if (process.features.typescript) {
  await import('../src/composition/bin.ts');
} else if (existsSync(INSTALLED_NODE)) {
  runWithInstalledNode();
} else if (process.argv[2] !== 'hook') {
  // For a coding agent, an exit code or a text of its hook is a decision.
  process.stderr.write(
    `agent-dashboard needs Node.js 22.18 or newer; this is ${process.versions.node}. ` +
      `Run npm ci in ${pathOf('')}: it installs a newer one there\n`,
  );
  process.exitCode = 1;
}

function runWithInstalledNode() {
  const args = ['--disable-warning=ExperimentalWarning', PROGRAM, ...process.argv.slice(2)];
  const child = spawn(INSTALLED_NODE, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both processes, and a second signal would end the server at once.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    if (process.argv[2] === 'hook') return;
    process.stderr.write(`agent-dashboard: ${INSTALLED_NODE} cannot be started (${error.message})\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
