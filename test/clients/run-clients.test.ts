import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ForeignClient } from './clients.ts';
import { LeftOut } from './install/run.ts';
import { type Outcome, runClients } from './run-clients.ts';
import { playSession } from './session/play.ts';

const faultyClient = (fault: string): ForeignClient => ({
  name: fault,
  install: async () => (emptyData) =>
    playSession(
      { program: process.execPath, args: [join(import.meta.dirname, 'session/faulty-client.ts'), fault] },
      '2026-07-28',
      emptyData,
    ),
});

const uninstallable = (name: string, error: Error): ForeignClient => ({
  name,
  install: () => Promise.reject(error),
});

const CLIENTS: readonly (readonly [client: ForeignClient, outcome: Outcome, details: RegExp])[] = [
  [faultyClient('does all it should'), 'ok', /^[\d.]+ s$/],
  [faultyClient('loses a step'), 'failed', /the server stored.*'USER: Yes',\s*'COMPLETED'.*not/s],
  [faultyClient('asks twice'), 'failed', /the server stored.*AGENT asks: Really\?.*not/s],
  [faultyClient('speaks another revision'), 'failed', /but it said "connected 2024-11-05"/],
  [faultyClient('dies'), 'failed', /expected "connected 2026-07-28", but it ended.*out of memory/s],
  [uninstallable('is not offered for this machine', new LeftOut('no Python')), 'left out', /^no Python$/],
  [uninstallable('cannot be installed', new Error('no such version')), 'failed', /^no such version$/],
];

describe('a client that', () => {
  const reports = new Map<string, readonly [Outcome, string]>();
  let counts = {};
  beforeAll(async () => {
    counts = await runClients(
      CLIENTS.map(([client]) => client),
      (name, outcome, details) => reports.set(name, [outcome, details]),
    );
    // Each session has a server process of its own, which is restarted.
  }, 600_000);

  test.each(CLIENTS.map(([client, ...expected]) => [client.name, ...expected] as const))(
    '%s is reported as: %s',
    (name, outcome, details) => {
      expect(reports.get(name)).toEqual([outcome, expect.stringMatching(details)]);
    },
  );

  test('fails is counted, so that the script fails', () => {
    expect(counts).toEqual({ ok: 1, 'left out': 1, failed: 5 });
  });
});
