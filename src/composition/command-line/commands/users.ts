import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import type { ExportLine } from '../../../application/admin/user-export.ts';
import type { WireHoldings } from '../../../application/wire/holdings.ts';
import type { UserId } from '../../../domain/ids.ts';
import { plainLine } from '../../../domain/text/plain-text.ts';
import { type Environment, readConfig } from '../../config/config.ts';
import { openExistingOperator } from '../../operator/open-operator.ts';
import { plainJson } from '../../terminal/plain-text.ts';
import { ProgressLine } from '../progress-line.ts';
import { writeLinesToFile, writeLinesToStdout } from '../write-lines.ts';

/**
 * Writes all data of a user as lines of JSON.
 * @param output the path of a file; `-` is stdout.
 */
export async function exportUser(
  env: Environment,
  { user, output }: { user: UserId; output: string },
): Promise<void> {
  const file = output === '-' ? null : output;
  await using opened = await openExistingOperator(readConfig(env));
  const holdings = await opened.operator.holdings(user);
  // This is not an error: an export may be empty.
  if (isEmpty(holdings)) process.stderr.write(`There is no data of the user ${plainLine(user)}.\n`);
  const expectedLines = holdings.agent_instances + holdings.messages;
  // When the lines go to the terminal, they show the progress themselves.
  using progress = new ProgressLine(file !== null || !process.stdout.isTTY);
  let written = 0;
  async function* exportLines(items: AsyncIterable<ExportLine>): AsyncGenerator<string> {
    for await (const item of items) {
      written += 1;
      progress.show(() => `${written} of about ${expectedLines} lines`);
      // Texts of agents must be safe on a terminal.
      yield `${file === null ? plainJson(item) : JSON.stringify(item)}\n`;
    }
  }
  const lines = Readable.from(exportLines(opened.operator.exportUser(user)));
  const outcome = await (file === null ? writeLinesToStdout(lines) : writeLinesToFile(lines, file));
  if (outcome === 'complete')
    progress.finish(`Exported ${written} lines${file === null ? '' : ` to ${file}`}.`);
}

/**
 * Deletes all data of a user, after a confirmation.
 * @returns false when there is no data, or the person did not confirm.
 */
export async function deleteUser(
  env: Environment,
  { user, yes, json }: { user: UserId; yes: boolean; json: boolean },
): Promise<boolean> {
  await using opened = await openExistingOperator(readConfig(env));
  const { operator } = opened;
  const holdings = await operator.holdings(user);
  if (isEmpty(holdings)) {
    process.stderr.write(`There is no data of the user ${plainLine(user)} to delete.\n`);
    return false;
  }
  if (!yes && !(await isConfirmed(user, holdings))) {
    process.stderr.write('Nothing was deleted.\n');
    return false;
  }
  using progress = new ProgressLine();
  let deleted = holdings;
  for await (const soFar of operator.deleteUser(user)) {
    deleted = soFar;
    progress.show(() => `deleted ${soFar.agent_instances} of ${holdings.agent_instances} agent instances`);
  }
  progress.finish();
  if (json) process.stdout.write(`${JSON.stringify({ user_id: user, deleted })}\n`);
  else {
    process.stdout.write(
      `Deleted ${describeHoldings(deleted)}. Within 5 seconds every server refuses the tokens that this user has now.\n`,
    );
  }
  return true;
}

async function isConfirmed(user: UserId, holdings: WireHoldings): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new Error('Deleting a user needs --yes when there is no terminal to ask on');
  process.stderr.write(`This deletes ${describeHoldings(holdings)}, and cannot be undone.\n`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const typed = await terminal.question('Type the name of the user to continue: ');
  terminal.close();
  return typed.trim() === user;
}

const isEmpty = (holdings: WireHoldings): boolean => Object.values(holdings).every((count) => count === 0);

const describeHoldings = ({ agent_instances, messages, agent_types, api_keys }: WireHoldings): string =>
  `${agent_instances} agent instances with ${messages} messages, ${agent_types} agent types and ${api_keys} keys`;
