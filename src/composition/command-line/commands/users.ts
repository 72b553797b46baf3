import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ExportLine } from '../../../application/admin/user-export.ts';
import type { WireHoldings } from '../../../application/wire/holdings.ts';
import type { UserId } from '../../../domain/ids.ts';
import { type Environment, readConfig } from '../../config/config.ts';
import { openExistingOperator } from '../../operator/open-operator.ts';
import { plainJson, plainLine } from '../../terminal/plain-text.ts';
import { Progress } from '../progress.ts';

/** Writes everything there is of a user as lines of JSON to a file, or to stdout. */
export async function exportUser(
  env: Environment,
  { user, output }: { user: UserId; output: string | null },
): Promise<void> {
  await using opened = await openExistingOperator(readConfig(env));
  const held = await opened.operator.holdings(user);
  // Not refused: that there is nothing is an answer, too, and the file says so.
  if (isNothing(held)) process.stderr.write(`There is nothing of the user ${plainLine(user)}.\n`);
  const expected = held.agent_instances + held.messages;
  // On a terminal the lines themselves show how it goes on.
  using progress = new Progress(output !== null || !process.stdout.isTTY);
  let written = 0;
  async function* lines(items: AsyncIterable<ExportLine>): AsyncGenerator<string> {
    for await (const item of items) {
      written += 1;
      progress.tell(() => `${written} of about ${expected} lines`);
      // What agents wrote may be on its way to a terminal.
      yield `${output === null ? plainJson(item) : JSON.stringify(item)}\n`;
    }
  }
  const text = Readable.from(lines(opened.operator.exportUser(user)));
  if (output !== null) await writeWhole(text, output);
  else if (!(await isPrinted(text))) return;
  progress.end(`Exported ${written} lines${output === null ? '' : ` to ${output}`}.`);
}

/** False where whoever reads our lines has seen enough: `| head`. */
async function isPrinted(text: Readable): Promise<boolean> {
  try {
    await pipeline(text, process.stdout, { end: false });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
    return false;
  }
}

/** A file under that name is always a whole one, and for its owner alone. */
async function writeWhole(text: Readable, path: string): Promise<void> {
  const part = `${path}.part`;
  try {
    await pipeline(text, createWriteStream(part, { mode: 0o600 }));
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/**
 * Deletes everything there is of a user.
 * @returns whether it was done; false where there is nothing, or whoever was asked did not say so.
 */
export async function deleteUser(
  env: Environment,
  { user, yes, json }: { user: UserId; yes: boolean; json: boolean },
): Promise<boolean> {
  await using opened = await openExistingOperator(readConfig(env));
  const { operator } = opened;
  const found = await operator.holdings(user);
  if (isNothing(found)) {
    process.stderr.write(`There is nothing of the user ${plainLine(user)} to delete.\n`);
    return false;
  }
  if (!yes && !(await isConfirmed(user, found))) {
    process.stderr.write('Nothing was deleted.\n');
    return false;
  }
  using progress = new Progress();
  let deleted = found;
  for await (const soFar of operator.deleteUser(user)) {
    deleted = soFar;
    progress.tell(() => `deleted ${soFar.agent_instances} of ${found.agent_instances} agent instances`);
  }
  progress.end();
  if (json) process.stdout.write(`${JSON.stringify({ user_id: user, deleted })}\n`);
  else {
    process.stdout.write(
      `Deleted ${inWords(deleted)}. Within 5 seconds no server accepts a token of this user that was made before.\n`,
    );
  }
  return true;
}

async function isConfirmed(user: UserId, found: WireHoldings): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('Deleting a user takes --yes where nobody can be asked');
  process.stderr.write(`This deletes ${inWords(found)}, and cannot be undone.\n`);
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asking.question('Type the name of the user to go on: ');
  asking.close();
  return answer.trim() === user;
}

const isNothing = (held: WireHoldings): boolean => Object.values(held).every((count) => count === 0);

const inWords = ({ agent_instances, messages, agent_types, api_keys }: WireHoldings): string =>
  `${agent_instances} agent instances with ${messages} messages, ${agent_types} agent types and ${api_keys} keys`;
