import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Paths } from '../../src/adapters/koa/openapi/operation.ts';
import { installPython, requirePython } from '../clients/install/python-client.ts';
import { TestTokens } from '../prove/support/test-tokens.ts';
import { RunningServer } from '../support/servers/running-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const execute = promisify(execFile);

const SETTINGS = join(import.meta.dirname, 'schemathesis');
/** It takes half a minute on two cores, and longer beside other tests. */
const PATIENCE_MS = 600_000;
/** A run makes about 2,400 requests. */
const LEAST_REQUESTS = 1_500;
/** It does not read the document again, and can only guess codes, links and the user to delete. */
const MAY_FAIL = [
  ...['describe_api', 'sign_in', 'delete_account', 'read_answer_link', 'use_answer_link'],
  // What a program asks for is known to the browser that it came with.
  ...['read_access_request', 'decide_access_request', 'read_device_code', 'decide_device_code'],
];

const missing = await requirePython().then(
  () => null,
  (reason: Error) => reason.message,
);
const why = missing === null ? '' : ` (left out: ${missing})`;

interface Report {
  readonly exit_code: number;
  readonly operations: { readonly total: number; readonly tested: number };
  readonly phases: { readonly [phase: string]: { readonly status: string } };
  readonly test_cases: { readonly generated: number };
}

describe.skipIf(missing !== null)(`Schemathesis${why}`, () => {
  test('gets no answer that differs from the OpenAPI document, in all phases and with all checks', {
    timeout: PATIENCE_MS,
  }, async () => {
    await using folder = await temporaryFolder();
    const tokens = await TestTokens.make();
    await using server = await RunningServer.start({
      ...tokens.env,
      DATA_DIR: join(folder.path, 'data'),
      RATE_LIMIT_PER_MINUTE: '0',
      LOG_LEVEL: 'error',
    });
    const { output, report, succeeded } = await runSchemathesis(server.url, folder.path, tokens);

    expect(output).toMatch(/\d+ generated, \d+ passed/);
    expect(report.exit_code, output).toBe(0);
    expect(report.phases).toEqual({
      examples: expect.objectContaining({ status: 'success' }),
      coverage: expect.objectContaining({ status: 'success' }),
      fuzzing: expect.objectContaining({ status: 'success' }),
      stateful: expect.objectContaining({ status: 'success' }),
    });
    expect(report.test_cases.generated).toBeGreaterThan(LEAST_REQUESTS);
    const withoutSuccess = (await operationIds(server.url)).filter((id) => !succeeded.includes(id));
    expect(withoutSuccess.filter((id) => !MAY_FAIL.includes(id))).toEqual([]);
    // The log has errors only.
    expect(server.process.stderr).toBe('');
  });
});

/** Runs it with the settings of `schemathesis.toml`, and returns what it prints and its report. */
async function runSchemathesis(
  url: string,
  folder: string,
  tokens: TestTokens,
): Promise<{ output: string; report: Report; succeeded: string[] }> {
  const { program, args, env } = await installPython('schemathesis', join(SETTINGS, 'requirements.txt'), [
    ...['-m', 'schemathesis.cli', '--config-file', join(SETTINGS, 'schemathesis.toml')],
    ...['run', `${url}/openapi.json`, '--no-color'],
  ]);
  const [reportFile, succeededFile] = [join(folder, 'report.json'), join(folder, 'succeeded.json')];
  const { stdout } = await execute(program, [...args, '--report-json-path', reportFile], {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
    env: {
      PATH: process.env.PATH,
      ...env,
      PYTHONPATH: `${env!.PYTHONPATH}:${SETTINGS}`,
      AGENT_TOKEN: await tokens.of('ada'),
      DASHBOARD_TOKEN: await tokens.of('ada', 'dashboard'),
      SUCCEEDED_FILE: succeededFile,
      LEAVER_TOKEN: await tokens.of('leaver', 'dashboard'),
    },
  }).catch((failure: { stdout: string; stderr: string }) => {
    throw new Error(`${failure.stderr}${failure.stdout.slice(-20_000)}`);
  });
  const read = async (file: string) => JSON.parse(await readFile(file, 'utf8'));
  return { output: stdout, report: await read(reportFile), succeeded: await read(succeededFile) };
}

async function operationIds(url: string): Promise<string[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Paths };
  return Object.values(paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
}
