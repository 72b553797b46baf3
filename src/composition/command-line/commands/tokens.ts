import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { ImportResult, IssueRequest, ListedKey } from '../../../application/admin/operator.ts';
import { plainLine } from '../../../domain/text/plain-text.ts';
import { type Environment, readConfig } from '../../config/config.ts';
import { ConfigError } from '../../errors.ts';
import { openExistingOperator, openOperator, requireIssuer } from '../../operator/open-operator.ts';
import { columnsIn, plainJson } from '../../terminal/plain-text.ts';
import { typedCommand } from '../../typed-command.ts';

/**
 * Prints a new token on stdout, and nothing else.
 * @throws Error when the token cannot be written. Its message says that it is lost.
 */
export async function issueToken(env: Environment, request: IssueRequest): Promise<void> {
  const config = readConfig(env);
  if (config.jwtPublicKey !== null && config.jwtPrivateKey === null) {
    throw new ConfigError('JWT_PRIVATE_KEY must be set to issue tokens: there is only a JWT_PUBLIC_KEY');
  }
  requireIssuer(config);
  await using opened = await openOperator(config);
  await printOnlyToken(await opened.operator.issue(request));
}

async function printOnlyToken(token: string): Promise<void> {
  const { promise: printed, resolve } = Promise.withResolvers<NodeJS.ErrnoException | null | undefined>();
  process.stdout.write(`${token}\n`, resolve);
  const error = await printed;
  if (!error || error.code === 'EPIPE') return;
  throw new Error(
    `The token could not be written (${error.message}), so it is lost. To revoke it, take its id from: ` +
      typedCommand('token list'),
  );
}

/**
 * Prints the issued tokens with their names and dates. The tokens themselves are not stored.
 * @param all whether a table also has the tokens that no server accepts any more. JSON always has them.
 */
export async function listTokens(
  env: Environment,
  { all, json }: { all: boolean; json: boolean },
): Promise<void> {
  await using opened = await openExistingOperator(readConfig(env));
  const keys = await opened.operator.list();
  if (json) process.stdout.write(`${plainJson(keys, 2)}\n`);
  else if (keys.length === 0) process.stderr.write('No token has been issued yet.\n');
  else printTable(keys, { all });
}

function printTable(keys: readonly ListedKey[], { all }: { all: boolean }): void {
  const now = new Date();
  const shown = all ? keys : keys.filter((key) => isAccepted(key, now));
  if (shown.length > 0) process.stdout.write(table(shown, now));
  const hiddenCount = keys.length - shown.length;
  if (hiddenCount > 0)
    process.stderr.write(
      `Not shown: ${hiddenCount} that are revoked or have expired. To see them: ${typedCommand('token list --all')}\n`,
    );
}

const isAccepted = ({ revoked_at, expires_at }: ListedKey, now: Date): boolean =>
  revoked_at === null && (expires_at === null || new Date(expires_at) > now);

/** Revokes the tokens with this id. @returns whether there is one. */
export async function revokeToken(
  env: Environment,
  id: string,
  { json }: { json: boolean },
): Promise<boolean> {
  await using opened = await openExistingOperator(readConfig(env));
  const revoked = await opened.operator.revoke(id);
  if (json) process.stdout.write(`${plainJson(revoked, 2)}\n`);
  else for (const key of revoked) printRevoked(key);
  if (revoked.length === 0)
    process.stderr.write(
      `There is no token with the id ${id}. To see the ids: ${typedCommand('token list')}\n`,
    );
  return revoked.length > 0;
}

function printRevoked({ id, name, user_id }: ListedKey): void {
  const whose = plainLine(`${name}, of ${user_id}`);
  process.stdout.write(`Revoked ${id} (${whose}). Within 5 seconds every server refuses it.\n`);
}

/**
 * Records the tokens of a file, one per line. Empty lines and lines that begin with # are ignored.
 * @param file the path of the file; `-` is stdin.
 * @returns whether all tokens of the file are recorded now.
 */
export async function importTokens(
  env: Environment,
  file: string,
  { json }: { json: boolean },
): Promise<boolean> {
  const lines = (await readText(file)).split('\n').map((line) => line.trim());
  const numberedTokens = lines
    .map((token, index) => ({ token, line: index + 1 }))
    .filter(({ token }) => token !== '' && !token.startsWith('#'));
  const config = readConfig(env);
  requireIssuer(config);
  await using opened = await openOperator(config);
  let areAllRecorded = true;
  for (let start = 0; start < numberedTokens.length; start += BATCH_SIZE) {
    const batch = numberedTokens.slice(start, start + BATCH_SIZE);
    const imported = await opened.operator.import(batch.map(({ token }) => token));
    for (const [index, outcome] of imported.entries()) {
      const { line } = batch[index]!;
      if (json) process.stdout.write(`${plainJson({ line, ...outcome })}\n`);
      else printImported(outcome, line);
    }
    areAllRecorded &&= imported.every(({ outcome }) => outcome !== 'refused');
  }
  return areAllRecorded;
}

async function readText(file: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  return readFile(file, 'utf8').catch(({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'ENOENT') throw new Error(`There is no file ${file}`);
    throw new Error(`${file} cannot be read (${code ?? message})`);
  });
}

/** The maximum number of tokens in one request to a running server, so that it responds in time. */
const BATCH_SIZE = 100;

function printImported(imported: ImportResult, line: number): void {
  if (imported.outcome === 'refused') {
    process.stderr.write(`line ${line}: refused, ${plainLine(imported.reason)}\n`);
    return;
  }
  const { id, user_id, scope, revoked_at } = imported.key;
  const alreadyNote = imported.outcome === 'known' ? ' (already recorded)' : '';
  const revokedNote = revoked_at === null ? '' : ' (revoked; stays revoked)';
  process.stdout.write(
    `line ${line}: ${id}, ${scope} of ${plainLine(user_id)}${alreadyNote}${revokedNote}\n`,
  );
}

const COLUMNS = ['ID', 'USER', 'SCOPE', 'NAME', 'CREATED', 'LAST USED (UTC)', 'STATE'] as const;

function table(keys: readonly ListedKey[], now: Date): string {
  const rows = keys.map((key) => [
    key.id,
    plainLine(key.user_id),
    key.agent_instance_id === null ? key.scope : `${key.scope} ${key.agent_instance_id}`,
    plainLine(key.name),
    day(key.created_at),
    minute(key.last_used_at) ?? 'never',
    stateOf(key, now),
  ]);
  const widths = COLUMNS.map((title, nth) =>
    Math.max(title.length, ...rows.map((row) => columnsIn(row[nth]!))),
  );
  const line = (cells: readonly string[]): string =>
    `${cells
      .map((cell, nth) => cell + ' '.repeat(widths[nth]! - columnsIn(cell)))
      .join('  ')
      .trimEnd()}\n`;
  return [COLUMNS, ...rows].map(line).join('');
}

function stateOf({ revoked_at, expires_at }: ListedKey, now: Date): string {
  if (revoked_at !== null) return `revoked ${day(revoked_at)}`;
  if (expires_at === null) return 'valid';
  return new Date(expires_at) > now ? `valid until ${day(expires_at)}` : `expired ${day(expires_at)}`;
}

/** Returns the time to the minute, because a server saves the times of last use once a minute. */
const minute = (time: string | null): string | null => time?.slice(0, 16).replace('T', ' ') ?? null;

const day = (time: string | null): string => time?.slice(0, 10) ?? '';
