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
import { startSampleServer } from './sample-server.ts';
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
const sampleServer = await startSampleServer();

let failureCount = 0;
for (const revision of ['2025-11-25', '2026-07-28'] as const) {
  for (const { name, revisions, exceptChecks = [], needsSampleTools = false } of SCENARIOS) {
    if (!revisions.includes(revision)) continue;
    const checks = await runScenario(name, revision, needsSampleTools ? sampleServer.url : proxy.url);
    const exemptChecks = checks.filter(({ id, status }) => isFailure(status) && exceptChecks.includes(id));
    const failedChecks = checks.filter(({ id, status }) => isFailure(status) && !exceptChecks.includes(id));
    const successCount = checks.filter(({ status }) => status === 'SUCCESS').length;
    const passed = failedChecks.length === 0 && successCount > 0;
    if (!passed) failureCount += 1;
    const exemptNote = exemptChecks.length === 0 ? '' : `, ${exemptChecks.length} on sample tools left out`;
    const verdict = passed ? 'pass' : 'FAIL';
    process.stdout.write(`${verdict}  ${revision}  ${name} (${successCount} checks${exemptNote})\n`);
    for (const { id, errorMessage } of failedChecks) {
      process.stdout.write(`      ${id}: ${errorMessage ?? ''}\n`);
    }
  }
}
for (const name of await findUnlistedScenarios()) {
  failureCount += 1;
  process.stdout.write(`FAIL  ${name}: neither run nor left out with a reason\n`);
}
process.stdout.write('\nLeft out:\n');
for (const { prefix, reason } of LEFT_OUT) process.stdout.write(`  ${prefix}*: ${reason}\n`);
process.stdout.write(
  `\n${failureCount === 0 ? 'Everything that applies passes.' : `${failureCount} failed.`}\n`,
);

proxy.server.closeAllConnections();
proxy.server.close();
await server.stop();
await sampleServer.stop();
await rm(folder, { recursive: true, force: true });
process.exitCode = failureCount === 0 ? 0 : 1;

/** Runs one scenario against a server, and returns the results of its checks. */
async function runScenario(scenario: string, revision: string, url: string): Promise<Check[]> {
  const output = await mkdtemp(join(folder, 'run-'));
  const args = [
    'server',
    '--url',
    `${url}/mcp`,
    '--scenario',
    scenario,
    '--spec-version',
    revision,
    '--force',
  ];
  const { stdout } = await run(process.execPath, [RUNNER, ...args, '-o', output], { cwd: folder }).catch(
    // The runner also exits with an error if a check fails. The results are in the files.
    (error: { stdout: string }) => error,
  );
  const files = await readdir(output, { recursive: true });
  const checksFile = files.find((file) => file.endsWith('checks.json'));
  if (checksFile === undefined) return [{ id: 'runner', status: 'FAILURE', errorMessage: stdout }];
  return JSON.parse(await readFile(join(output, checksFile), 'utf8')) as Check[];
}

/** Returns the server scenarios of the runner that are neither in `SCENARIOS` nor in `LEFT_OUT`. */
async function findUnlistedScenarios(): Promise<string[]> {
  const { stdout } = await run(process.execPath, [RUNNER, 'list']);
  const [serverScenarios = ''] = stdout.split('Client scenarios');
  const names = [...serverScenarios.matchAll(/^ {2}- (\S+)/gm)].map(([, name = '']) => name);
  return names.filter(
    (name) =>
      !SCENARIOS.some((scenario) => scenario.name === name) &&
      !LEFT_OUT.some(({ prefix }) => name.startsWith(prefix)),
  );
}

function isFailure(status: string): boolean {
  return status === 'FAILURE' || status === 'WARNING';
}
