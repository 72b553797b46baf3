import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { AGENT_TOKEN, GaveUp, play, SERVER_URL } from '../node/session.ts';

/** What the client does wrong: nothing, or one of the faults that a session must notice. */
const [fault] = process.argv.slice(2);

const client = new Client({ name: 'faulty', version: '1' }, { versionNegotiation: { mode: 'auto' } });
const requestInit = { headers: { authorization: `Bearer ${AGENT_TOKEN}` } };
await client.connect(new StreamableHTTPClientTransport(new URL(`${SERVER_URL}/mcp`), { requestInit }));
if (fault === 'dies') throw new Error('out of memory');

let stepCount = 0;
let questionId: unknown;

/** Gives up at once, and later asks for the answer by the question's id. */
await play(
  async (tool, args) => {
    if (tool === 'log_step') {
      stepCount += 1;
      if (fault === 'loses a step' && stepCount === 2) return { ...args, step_number: stepCount };
    }
    if (tool !== 'ask_question') return call(tool, args);
    if (questionId === undefined) {
      questionId = (await call(tool, { ...args, wait_seconds: 0 })).question_id;
      throw new GaveUp();
    }
    if (fault === 'asks twice') await call(tool, { ...args, question_text: 'Really?', wait_seconds: 0 });
    return call(tool, { question_id: questionId });
  },
  fault === 'speaks another revision' ? '2024-11-05' : client.getNegotiatedProtocolVersion(),
);
await client.close();

async function call(name: string, args: object): Promise<{ [field: string]: unknown }> {
  const { structuredContent } = await client.callTool({ name, arguments: { ...args } });
  return structuredContent as { [field: string]: unknown };
}
