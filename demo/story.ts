import { readFileSync } from 'node:fs';
import { typedCommand } from '../src/composition/typed-command.ts';
import { cutText } from '../src/domain/text/graphemes.ts';
import { splitLines } from '../src/domain/text/lines.ts';
import type { Agent } from './agent.ts';

/** Returns a diff that git has made. */
const readDiff = (name: string): string =>
  readFileSync(new URL(`./diffs/${name}.diff`, import.meta.url), 'utf8');

const EXPERIMENT_DIFF = readDiff('experiment');
const CLOCK_DIFF = readDiff('clock');
const FROZEN_TIME_DIFF = readDiff('frozen-time');

const OPTIONS = [
  'Pass a clock into discountFor',
  'Freeze the time in the test',
  'Quarantine the test for now',
] as const;

export interface StoryOptions {
  /** Prints a line in the terminal where the demo runs. */
  readonly say: (text: string) => void;
  readonly pause: (seconds: number) => Promise<void>;
}

/** Plays a typical run: the agent investigates a flaky test, asks how to fix it, and opens a pull request. */
export async function playStory(agent: Agent, { say, pause }: StoryOptions): Promise<void> {
  await agent.start('demo-agent', 'Fix the flaky checkout test');

  /** Reports a step, and replies to the messages that the user has written since the last one. */
  const step = async (content: string, gitDiff?: string): Promise<void> => {
    say(firstLine(content));
    for (const text of await agent.step(content, gitDiff)) {
      say(`you wrote: ${firstLine(text)}`);
      await pause(1);
      await agent.step(`Got it, I will keep that in mind:\n\n> ${splitLines(text).join('\n> ')}`);
    }
    await pause(2);
  };
  const ask = async (question: string, options: readonly string[]): Promise<string> => {
    say(`asks: ${firstLine(question)}`);
    const shortId = agent.instanceId.slice(0, 8);
    say(`Answer on the page, or: ${typedCommand(`reply ${shortId} <number or text>`)}`);
    const answer = await agent.ask(question, options);
    say(`you answered: ${firstLine(answer)}`);
    return answer;
  };

  await step(
    'Looking at the last 50 runs of `checkout › a discount`: **4 of them failed**, all around midnight UTC.',
  );
  await step(
    'Read `src/checkout/discount.ts`. The rule is compared to `new Date()`, so the result depends on when the test runs.',
  );
  await step(
    'Reproduced it with a clock set to 23:59:59. Checking whether only the boundary is wrong:',
    EXPERIMENT_DIFF,
  );
  await step(
    'That is not enough: the test still fails in **3 of 200** runs. The cause is the shared system clock.',
  );

  const choice = await ask(
    [
      'The test is flaky because `discountFor` reads the system clock. How should I fix it?',
      '',
      '| | changes | risk |',
      '|---|---|---|',
      '| pass a clock | 3 files | callers must pass it on |',
      '| freeze the time | 1 file | hides the dependency |',
      '| quarantine | none | no coverage of discounts |',
    ].join('\n'),
    OPTIONS,
  );
  await carryOut(choice, step);

  const permission = await ask('All 412 tests pass, 200 times in a row. Should I open the pull request?', [
    'Yes',
    'No',
  ]);
  if (/^\s*(y|yes|ok|sure|ja)\b/i.test(permission)) {
    await step(
      'Opened pull request **#128: Make discounts independent of the time of day**. Waiting for review.',
    );
  } else {
    await step(`I am leaving the branch \`fix/flaky-discount\` as it is. You said: ${permission}`);
  }
  await agent.end();
  say('ended its session');
}

/** Reports the steps that the chosen option leads to. Any other answer is taken as an instruction. */
async function carryOut(
  choice: string,
  step: (content: string, gitDiff?: string) => Promise<void>,
): Promise<void> {
  const chosenIndex = OPTIONS.findIndex(
    (option, index) => choice.includes(option) || choice.trim().startsWith(`${index + 1}`),
  );
  if (chosenIndex === 0) {
    await step('Passing a clock into `discountFor`. Its callers pass the system clock.', CLOCK_DIFF);
    await step('Updated the two callers in `src/checkout/cart.ts`.');
  } else if (chosenIndex === 1) {
    await step('Freezing the time at noon in the test; `discountFor` stays as it is.', FROZEN_TIME_DIFF);
  } else if (chosenIndex === 2) {
    await step('Moved the test to `test/quarantine/` and opened an issue so that it is not forgotten.', '');
  } else {
    await step(`Doing it your way: *${choice.trim()}*`, CLOCK_DIFF);
  }
  await step('Ran the whole suite 200 times with random start times.');
}

const firstLine = (text: string): string => cutText(splitLines(text.trim())[0]!, 100);
