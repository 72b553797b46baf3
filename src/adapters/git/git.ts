import { spawn } from 'node:child_process';
import { FIXED_SETTINGS, gitEnvironment } from './git-environment.ts';

export interface GitOptions {
  /** The folder in which git runs. */
  readonly folder: string;
  /** Environment variables in addition to those of this process. Of those, git's own are left out. */
  readonly env?: { readonly [name: string]: string };
  /** The text for git's stdin. */
  readonly input?: string;
  /** The encoding of input and output: `utf8` (the default), or `latin1` for arbitrary bytes. */
  readonly encoding?: 'utf8' | 'latin1';
  /** Git is killed when it has printed more bytes than this. The output up to then is returned. */
  readonly maxOutputBytes?: number;
  /** Git is killed after this time. Default: 15 s. */
  readonly timeoutMs?: number;
}

/** An agent's step must not wait longer than this for its diff. */
const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * Runs git and returns what it prints.
 * @throws Error if git fails, is not installed, or takes too long.
 */
export function git(
  args: readonly string[],
  { folder, env, input, maxOutputBytes, encoding = 'utf8', timeoutMs = DEFAULT_TIMEOUT_MS }: GitOptions,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn('git', [...FIXED_SETTINGS, ...args], {
    cwd: folder,
    env: { ...gitEnvironment(process.env), ...env },
    stdio: 'pipe',
    timeout: timeoutMs,
    // After SIGTERM git would still wait for the programs that it has started.
    killSignal: 'SIGKILL',
  });
  const pieces: Buffer[] = [];
  let size = 0;
  let isOverLimit = false;
  let stderr = '';
  child.stdout.on('data', (piece: Buffer) => {
    if (isOverLimit) return;
    pieces.push(piece);
    size += piece.length;
    isOverLimit = maxOutputBytes !== undefined && size > maxOutputBytes;
    if (isOverLimit) child.kill();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-500);
  });
  child.once('error', (error: NodeJS.ErrnoException) => {
    reject(error.code === 'ENOENT' ? new Error('git is not installed, or its folder is gone') : error);
  });
  child.once('exit', (_code, signal) => {
    if (signal === null) return;
    // A program that git has started, such as a filter, may live on and keep these pipes open. Without this,
    // `close` would not come before that program ends.
    child.stdout.destroy();
    child.stderr.destroy();
  });
  child.once('close', (code, signal) => {
    if (code === 0 || isOverLimit) resolve(Buffer.concat(pieces).toString(encoding));
    else reject(new Error(`git ${args[0]} failed (${code ?? signal}): ${stderr.trim().toWellFormed()}`));
  });
  // Git may end before it has read all of its input.
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '', encoding);
  return promise;
}
