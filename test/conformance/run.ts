import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { readConfig } from '../../src/composition/config/config.ts';
import { startServer } from '../../src/composition/server/server.ts';
import { aGrant, userIdOf } from '../support/builders.ts';
import { bearerProxy } from './bearer-proxy.ts';
import { LEFT_OUT, SCENARIOS } from './scenarios.ts';

const run = promisify(execFile);
const RUNNER = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')),
  'dist/index.js',
);

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
const config = readConfig({ DATA_DIR: join(folder, 'data'), PORT: '0', LOG_LEVEL: 'silent' });
const server = await startServer(config, pino({ level: 'silent' }));
const token = await server.parts.issuer!.issue(aGrant({ userId: userIdOf('conformance') }));
const proxy = await bearerProxy(new URL(server.url), token);

let failed = 0;
for (const revision of ['2025-11-25', '2026-07-28'] as const) {
  for (const { name, revisions, exceptChecks = [] } of SCENARIOS) {
    if (!revisions.includes(revision)) continue;
    const checks = await checksOf(name, revision);
    const excused = checks.filter(({ id, status }) => isBad(status) && exceptChecks.includes(id));
    const bad = checks.filter(({ id, status }) => isBad(status) && !exceptChecks.includes(id));
    const good = checks.filter(({ status }) => status === 'SUCCESS').length;
    const passed = bad.length === 0 && good > 0;
    if (!passed) failed += 1;
    const aside = excused.length === 0 ? '' : `, ${excused.length} on sample tools left out`;
    process.stdout.write(`${passed ? 'pass' : 'FAIL'}  ${revision}  ${name} (${good} checks${aside})\n`);
    for (const { id, errorMessage } of bad) process.stdout.write(`      ${id}: ${errorMessage ?? ''}\n`);
  }
}
for (const name of await unaccounted()) {
  failed += 1;
  process.stdout.write(`FAIL  ${name}: neither run nor left out with a reason\n`);
}
process.stdout.write('\nLeft out:\n');
for (const { prefix, reason } of LEFT_OUT) process.stdout.write(`  ${prefix}*: ${reason}\n`);
process.stdout.write(`\n${failed === 0 ? 'Everything that applies passes.' : `${failed} failed.`}\n`);

proxy.server.closeAllConnections();
proxy.server.close();
await server.stop();
await rm(folder, { recursive: true, force: true });
process.exitCode = failed === 0 ? 0 : 1;

async function checksOf(scenario: string, revision: string): Promise<Check[]> {
  const output = await mkdtemp(join(folder, 'run-'));
  const args = ['server', '--url', `${proxy.url}/mcp`, '--scenario', scenario, '--spec-version', revision];
  const { stdout } = await run(process.execPath, [RUNNER, ...args, '-o', output], { cwd: folder }).catch(
    // The runner also exits with an error if a check fails. The results are in the files.
    (error: { stdout: string }) => error,
  );
  const files = await readdir(output, { recursive: true });
  const found = files.find((file) => file.endsWith('checks.json'));
  if (found === undefined) return [{ id: 'runner', status: 'FAILURE', errorMessage: stdout }];
  return JSON.parse(await readFile(join(output, found), 'utf8')) as Check[];
}

/** Returns the server scenarios of the runner that are in neither of our lists. */
async function unaccounted(): Promise<string[]> {
  const { stdout } = await run(process.execPath, [RUNNER, 'list']);
  const [listed = ''] = stdout.split('Client scenarios');
  const names = [...listed.matchAll(/^ {2}- (\S+)/gm)].map(([, name = '']) => name);
  return names.filter(
    (name) =>
      !SCENARIOS.some((scenario) => scenario.name === name) &&
      !LEFT_OUT.some(({ prefix }) => name.startsWith(prefix)),
  );
}

function isBad(status: string): boolean {
  return status === 'FAILURE' || status === 'WARNING';
}
