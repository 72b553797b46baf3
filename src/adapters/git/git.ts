import { spawn } from 'node:child_process';

export interface GitOptions {
  readonly folder: string;
  readonly env?: { readonly [name: string]: string };
  /** For its stdin. */
  readonly input?: string;
  /** Bytes of output after which no more is wanted. */
  readonly limit?: number;
}

/** A repository that takes longer is not worth holding an agent's step up for. */
const TIMEOUT_MS = 15_000;

/** Whatever the person has set for their own eyes. */
const PLAIN = ['-c', 'core.quotePath=false', '-c', 'diff.noprefix=false', '-c', 'diff.mnemonicPrefix=false'];

/** What git prints. @throws Error when it fails, is not there, or takes too long. */
export function git(args: readonly string[], { folder, env, input, limit }: GitOptions): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn('git', [...PLAIN, ...args], {
    cwd: folder,
    // It looks, and is in nobody's way: git of the agent may run at the same time.
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_LITERAL_PATHSPECS: '1', ...env },
    stdio: 'pipe',
    timeout: TIMEOUT_MS,
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
  child.once('close', (code, signal) => {
    if (code === 0 || isEnough) resolve(Buffer.concat(pieces).toString('utf8'));
    else reject(new Error(`git ${args[0]} failed (${code ?? signal}): ${said.trim()}`));
  });
  // It may end without having read it all.
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  return promise;
}
