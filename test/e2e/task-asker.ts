// A program that asks a question as an MCP task, prints the id of the task, and polls until it is killed.
// Arguments: the address of the server, and a token.
import { setTimeout as sleep } from 'node:timers/promises';
import { TaskClient } from '../adapters/mcp/tasks/task-client.ts';

const [url = '', token = ''] = process.argv.slice(2);
const client = await TaskClient.connect(url, { token });
const askedAt = performance.now();
const { taskId } = await client.ask({ question_text: 'Which port?' });
process.stderr.write(`the handle came after ${Math.round(performance.now() - askedAt)} ms\n`);
process.stdout.write(`${taskId}\n`);
for (;;) {
  await client.get(taskId);
  await sleep(100);
}
