import { spawn } from 'node:child_process';
import { devNull } from 'node:os';

export interface GitOptions {
  readonly folder: string;
  readonly env?: { readonly [name: string]: string };
  /** For its stdin. */
  readonly input?: string;
  /** Of what goes in and comes out, where it is not text. */
  readonly encoding?: 'utf8' | 'latin1';
  /** Bytes of output after which no more is wanted. */
  readonly limit?: number;
  readonly timeoutMs?: number;
}

/** A repository that takes longer is not worth holding an agent's step up for. */
const TIMEOUT_MS = 15_000;

/**
 * Whatever the person has set for their own eyes; and a look runs none of their programs, leaves no daemon behind
 * and writes no part of an index beside theirs. An empty `core.fsmonitor` is off for every version of git.
 */
const PLAIN = [
  'core.quotePath=false',
  'diff.noprefix=false',
  'diff.mnemonicPrefix=false',
  'core.fsmonitor=',
  `core.hooksPath=${devNull}`,
  'core.splitIndex=false',
].flatMap((setting) => ['-c', setting]);

/** What git prints. @throws Error when it fails, is not there, or takes too long. */
export function git(
  args: readonly string[],
  { folder, env, input, limit, encoding = 'utf8', timeoutMs = TIMEOUT_MS }: GitOptions,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn('git', [...PLAIN, ...args], {
    cwd: folder,
    // It looks, and is in nobody's way: git of the agent may run at the same time.
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_LITERAL_PATHSPECS: '1', ...env },
    stdio: 'pipe',
    timeout: timeoutMs,
    // To a milder one it would first wait for what it has started.
    killSignal: 'SIGKILL',
  });
  const pieces: Buffer[] = [];
  let size = 0;
  let isEnough = false;
  let said = '';
  child.stdout.on('data', (piece: Buffer) => {
    if (isEnough) return;
    pieces.push(piece);
    size += piece.length;
    isEnough = limit !== undefined && size > limit;
    if (isEnough) child.kill();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-500);
  });
  child.once('error', reject);
  child.once('exit', (_code, signal) => {
    if (signal === null) return;
    // What it has started, such as a filter, may live on and hold these open.
    child.stdout.destroy();
    child.stderr.destroy();
  });
  child.once('close', (code, signal) => {
    if (code === 0 || isEnough) resolve(Buffer.concat(pieces).toString(encoding));
    else reject(new Error(`git ${args[0]} failed (${code ?? signal}): ${said.trim()}`));
  });
  // It may end without having read it all.
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '', encoding);
  return promise;
}
