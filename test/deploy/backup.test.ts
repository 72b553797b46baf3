import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { chmod, chown } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateKeyPair } from '../../src/adapters/jwt/keys/keys.ts';
import { shellBlocks } from '../documents/shell-blocks.ts';
import { freePort } from '../support/postgres/postgres-server.ts';
import { issueToken, runAgentDashboard } from '../support/servers/agent-dashboard.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);

/** Where Debian installs the programs of each version. The PostgreSQL of the tests has no pg_dump. */
const BIN = programs('/usr/lib/postgresql');
const why = BIN === null ? ' (left out: no PostgreSQL with pg_dump on this machine)' : '';

function programs(folder: string): string | null {
  try {
    const [newest] = readdirSync(folder).sort((a, b) => Number(b) - Number(a));
    const bin = join(folder, newest!, 'bin');
    return readdirSync(bin).includes('pg_dump') && readdirSync(bin).includes('initdb') ? bin : null;
  } catch {
    return null;
  }
}

describe.skipIf(BIN === null)(`PostgreSQL as DEPLOYMENT.md has it${why}`, () => {
  let folder: TemporaryFolder;
  let port: number;
  /** PostgreSQL refuses to run as root. */
  let owner: { uid?: number; gid?: number };
  const control = (...args: string[]) =>
    run(join(BIN!, 'pg_ctl'), ['-D', join(folder.path, 'data'), '-w', ...args], owner);

  beforeAll(async () => {
    folder = await temporaryFolder();
    port = await freePort();
    owner = process.getuid?.() === 0 ? await idsOf('postgres') : {};
    await chmod(folder.path, 0o755);
    if (owner.uid !== undefined) await chown(folder.path, owner.uid, owner.gid!);
    await run(
      join(BIN!, 'initdb'),
      ['-D', join(folder.path, 'data'), '-A', 'trust', '-U', 'postgres'],
      owner,
    );
    const options = `-p ${port} -k ${folder.path} -c listen_addresses=127.0.0.1`;
    await control('-l', join(folder.path, 'log'), '-o', options, 'start');
  });
  afterAll(async () => {
    if (folder === undefined) return;
    await control('-m', 'immediate', 'stop');
    await folder[Symbol.asyncDispose]();
  });

  test('sets up, backs up and restores with the commands of the document', async () => {
    const url = (user: string, database: string) => `postgresql://${user}@127.0.0.1:${port}/${database}`;
    const commands = (await shellBlocks('DEPLOYMENT.md')).filter(({ note }) =>
      note.endsWith('backup.test.ts'),
    );
    expect(commands).toHaveLength(3);
    const shell = (nth: number) =>
      run('bash', ['-euo', 'pipefail', '-c', commands[nth]!.commands], {
        cwd: folder.path,
        env: {
          ...{
            PATH: `${BIN}:${process.env.PATH}`,
            PGHOST: '127.0.0.1',
            PGPORT: `${port}`,
            PGUSER: 'postgres',
          },
          SUPERUSER_URL: url('postgres', '').slice(0, -1),
        },
      });
    const { privateKey: JWT_PRIVATE_KEY } = await generateKeyPair('ed25519');
    const env = { JWT_PRIVATE_KEY, DATABASE_URL: url('agents', 'agents') };

    await shell(0);
    await shell(1);
    await issueToken(env, '--user', 'ada', '--name', 'kept');
    // Row level security applies to the owner, so pg_dump fails. It would otherwise leave out rows.
    const asOwner = run(join(BIN!, 'pg_dump'), ['--file', '/dev/null', env.DATABASE_URL]);
    await expect(asOwner).rejects.toThrow('query would be affected by row-level security policy');
    await shell(2);

    const restored = { ...env, DATABASE_URL: url('agents', 'restored') };
    expect((await runAgentDashboard(['migrate', '--check'], restored)).stdout).toBe(
      'The schema is up to date.\n',
    );
    expect((await runAgentDashboard(['token', 'list'], restored)).stdout).toContain('kept');
  });
});

async function idsOf(user: string): Promise<{ uid: number; gid: number }> {
  const id = async (flag: string) => Number((await run('id', [flag, user])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
