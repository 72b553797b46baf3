import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { generateKeyPair } from '../../../src/adapters/jwt/keys/keys.ts';
import { typedCommand } from '../../../src/composition/typed-command.ts';
import { createDatabase } from '../../support/postgres/postgres-database.ts';
import { BIN, runAgentDashboard } from '../../support/servers/agent-dashboard.ts';
import { NodeProcess } from '../../support/servers/node-process.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { run } from './command-run.ts';

let folder: TemporaryFolder;
/** Settings with the keys in a folder and the data in PostgreSQL. */
let env: { DATA_DIR: string; DATABASE_URL: string };
beforeAll(async () => {
  folder = await temporaryFolder();
  env = {
    DATA_DIR: join(folder.path, 'data'),
    DATABASE_URL: await createDatabase(inject('postgresUrl')),
  };
});
afterAll(() => folder[Symbol.asyncDispose]());

describe('a command line that is not valid', () => {
  test.each([
    ['no command', [], 'Usage:'],
    ['an unknown command', ['sevre'], "unknown command 'sevre'\n(Did you mean serve?)"],
    ['an unknown option', ['serve', '--prot', '80'], "unknown option '--prot'"],
    ['a token without a user', ['token', 'issue'], "required option '--user <user>' not specified"],
    ['an unknown scope', ['token', 'issue', '--user', 'u', '--scope', 'admin'], 'agent, dashboard'],
    ['a word instead of a duration', ['token', 'issue', '--user', 'u', '--expires', 'soon'], 'such as 90d'],
    ['a duration without a unit', ['token', 'issue', '--user', 'u', '--expires', '90'], 'such as 90d'],
    ['a duration of zero', ['token', 'issue', '--user', 'u', '--expires', '0d'], 'such as 90d'],
    ['an unknown algorithm', ['keys', 'generate', '--alg', 'hs256'], 'ed25519, rsa-2048, rsa-512'],
    [
      'a server URL that is no URL',
      ['watch', '--base-url', 'nonsense'],
      '--base-url must be an http or https URL',
    ],
    ['an instance that is no id', ['watch', '--instance', '???'], 'It should be a UUID'],
    ['fewer than 4 characters of an id', ['reply', '623', 'yes'], 'at least the first 4 characters'],
    ['no API key for mcp', ['mcp'], 'mcp needs a token: --api-key or AGENT_DASHBOARD_API_KEY'],
    ['an API key with spaces', ['mcp', '--api-key', 'a b'], '--api-key must be a token, without spaces'],
    ['an empty API key', ['watch', '--api-key', ''], '--api-key must be a token'],
    [
      'a server URL that is not http',
      ['mcp', '--api-key', 'k', '--base-url', 'ftp://h'],
      '--base-url must be an http',
    ],
    ['too many arguments', ['migrate', 'now'], 'too many arguments'],
  ])('exits with 2 and prints help on stderr: %s', async (_case, args, text) => {
    const { code, stdout, stderr } = await run(args, env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(text);
  });

  test('says what was wrong, and how the command is used here', async () => {
    for (const [args, wrong, usage] of [
      [['sevre'], "unknown command 'sevre'", '[options] [command]'],
      [['reply'], "missing required argument 'instance'", 'reply [options] <instance> [answer]'],
      [['token', 'revoke'], "missing required argument 'id'", 'token revoke [options] <id>'],
      [['token', 'list', 'x'], 'too many arguments', 'token list [options]'],
      [['token', 'issue'], "required option '--user <user>'", 'token issue [options]'],
      [['token', 'remove', 'x'], "unknown command 'remove'", 'token [options] [command]'],
      [['user'], 'say what to do: export, delete', 'user [options] [command]'],
      [[], 'say what to do: serve, link', '[options] [command]'],
    ] as const) {
      const { code, stdout, stderr } = await run(args, env);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr).toMatch(/^agent-dashboard: /);
      expect(stderr).toContain(wrong);
      expect(stderr).toContain(`Usage: ${typedCommand(usage)}\n`);
    }
  });

  test('ends the real process with code 2', async () => {
    const { code, stdout, stderr } = await runAgentDashboard(['sevre']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--help');
  });

  test('--help is printed on stdout with exit code 0', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of ['serve', 'migrate', 'keys', 'token']) expect(stdout).toContain(command);
  });
});

describe.skipIf(!existsSync('/dev/full'))('output that cannot be written', () => {
  const LOST = /^agent-dashboard: The token could not be written \(ENOSPC[^\n]*lost[^\n]* token list\n$/;
  const NOT_WRITTEN = /^agent-dashboard: The output could not be written \(ENOSPC[^\n]*\n$/;

  test.each([
    ['token issue --user ada', LOST],
    ['token list --json', NOT_WRITTEN],
    ['user export --user nobody', /^There is no data[^\n]*\nagent-dashboard: ENOSPC[^\n]*\n$/],
    ['keys generate', NOT_WRITTEN],
    ['--help', NOT_WRITTEN],
  ])('exits with 1 and says so in one line: %s', async (args, line) => {
    await run(['migrate'], env);
    const script = `"${process.execPath}" "${BIN}" ${args} > /dev/full`;
    await using shell = new NodeProcess(['-c', script], {
      node: 'bash',
      env: { ...env, JWT_PRIVATE_KEY: (await generateKeyPair('ed25519')).privateKey },
    });
    const { code } = await shell.whenEnded;
    expect(code).toBe(1);
    expect(shell.stderr).toMatch(line);
  });
});

describe('keys generate', () => {
  test.each(['ed25519', 'rsa-2048'])(
    '%s: prints only lines that shells and env files can read',
    async (alg) => {
      const { code, stdout, stderr } = await run(['keys', 'generate', '--alg', alg]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^JWT_PRIVATE_KEY="[^"$`\n]+"\nJWT_PUBLIC_KEY="[^"$`\n]+"\n$/);
      const { code: issued } = await run(['token', 'issue', '--user', 'ada'], {
        ...env,
        ...valuesOf(stdout),
      });
      expect(issued).toBe(0);
    },
  );

  test('--json prints the key pair as JSON', async () => {
    const { code, stdout } = await run(['keys', 'generate', '--json']);
    expect(code).toBe(0);
    const pair = JSON.parse(stdout);
    expect(Object.keys(pair)).toEqual(['JWT_PRIVATE_KEY', 'JWT_PUBLIC_KEY']);
    expect((await run(['token', 'issue', '--user', 'ada'], { ...env, ...pair })).code).toBe(0);
  });

  test('rsa-512: warns that the key is weak, and prints the pair on stdout', async () => {
    const { code, stdout, stderr } = await run(['keys', 'generate', '--alg', 'rsa-512']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^JWT_PRIVATE_KEY="[^"$`\n]+"\nJWT_PUBLIC_KEY="[^"$`\n]+"\n$/);
    for (const warning of [
      'Keep the public key on the server',
      'two tokens',
      'few dollars',
      'exactly that token',
    ])
      expect(stderr).toContain(warning);
    const refused = await run(['token', 'issue', '--user', 'ada'], { ...env, ...valuesOf(stdout) });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('ALLOW_SHORT_RSA_KEYS=true');
  });

  test('makes keys for serve: with both it issues tokens, with the public one it only verifies', async () => {
    const keys = valuesOf((await run(['keys', 'generate'])).stdout);
    await using issuing = await RunningServer.start({ ...env, ...keys });
    expect((await issuing.call('GET', '/auth/verify')).status).toBe(200);

    const publicOnly = { ...env, JWT_PUBLIC_KEY: keys.JWT_PUBLIC_KEY };
    await using verifying = await RunningServer.start(publicOnly);
    expect(verifying.process.stdout).toMatch(/JWT_PRIVATE_KEY is not/);
    expect(verifying.agentToken).toBe('');
    const token = (await run(['token', 'issue', '--user', 'ada'], { ...env, ...keys })).stdout.trim();
    const verified = await verifying.call('GET', '/auth/verify', { token });
    expect(await verified.json()).toMatchObject({ user_id: 'ada', scopes: ['agent'] });

    const refused = await run(['token', 'issue', '--user', 'ada'], publicOnly);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^agent-dashboard: JWT_PRIVATE_KEY must be set to issue tokens.*\n$/);
  });

  /** Returns the variables that an env file or a shell reads from the output. */
  function valuesOf(output: string): { readonly [name: string]: string | undefined } {
    return Object.fromEntries(
      Array.from(output.matchAll(/^(\w+)="(.*)"$/gm), ([, name, value]) => [name, value]),
    );
  }
});

describe('token issue', () => {
  test('prints only the token on stdout, while the server runs and when it has stopped', async () => {
    const fresh = { ...env, DATA_DIR: join(folder.path, 'fresh') };
    await (await RunningServer.start(fresh)).stop();
    const before = await runAgentDashboard(['token', 'issue', '--user', 'ada'], fresh);
    expect(before.stderr).toBe('');
    await using server = await RunningServer.start(fresh);
    const options = ['--user', 'grace', '--scope', 'dashboard', '--expires', '12h'];
    const during = await runAgentDashboard(['token', 'issue', ...options], fresh);
    expect(during.stderr).toBe('');
    for (const [issued, expected] of [
      [before, { user_id: 'ada', scopes: ['agent'], expires_at: null }],
      [during, { user_id: 'grace', scopes: ['dashboard'], expires_at: expect.stringMatching(/Z$/) }],
    ] as const) {
      expect(issued.code).toBe(0);
      expect(issued.stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
      const answer = await server.call('GET', '/auth/verify', { token: issued.stdout.trim() });
      expect(await answer.json()).toMatchObject(expected);
    }
  });

  test.each([
    ['the embedded database', () => ({}), /no database in/],
    ['PostgreSQL', () => ({ DATABASE_URL: env.DATABASE_URL }), /no signing key in/],
  ])(
    'makes no key and no token in a folder without the data of a server, beside %s',
    async (_store, settings, reason) => {
      const DATA_DIR = join(folder.path, 'wrong');
      for (const args of [['token', 'issue', '--user', 'ada'], ['token', 'import', '/dev/null'], ['watch']]) {
        const { code, stdout, stderr } = await run(args, { DATA_DIR, ...settings() });
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(stderr).toMatch(/^agent-dashboard: DATA_DIR: [^\n]*where the server was started[^\n]*\n$/);
        expect(stderr).toMatch(reason);
        expect(existsSync(DATA_DIR)).toBe(false);
      }
    },
  );

  test.each([
    ['90d', 90 * 86_400],
    ['12h', 43_200],
    ['30m', 1_800],
    ['45s', 45],
  ])('--expires %s sets the expiry relative to the issue time', async (text, seconds) => {
    const { privateKey } = await generateKeyPair('ed25519');
    const { stdout } = await run(['token', 'issue', '--user', 'ada', '--expires', text], {
      ...env,
      JWT_PRIVATE_KEY: privateKey,
    });
    const claims = Buffer.from(stdout.split('.')[1] ?? '', 'base64url').toString();
    const { iat, exp } = JSON.parse(claims) as { iat: number; exp: number };
    expect(exp - iat).toBe(seconds);
  });

  test.each(['', 'u'.repeat(256), 'nul\0'])('refuses an invalid user name: %j', async (user) => {
    const { code, stdout, stderr } = await run(['token', 'issue', '--user', user], env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('It should be a name of 1 to 255 characters.');
  });
});
