import { browseConversations, readConversation } from '../../../application/use-cases/index.ts';
import { CodedError } from '../../../domain/errors.ts';
import { logFailure } from '../call/log-failure.ts';
import type { McpCall } from '../call/mcp-call.ts';
import { INTERNAL_ERROR, INVALID_PARAMS, McpProtocolError } from '../call/protocol-error.ts';
import type { ToolServices } from '../tools/call-tool.ts';

const BASE = 'agent-dashboard://agent-instances/';
const JSON_TYPE = 'application/json';
const PAGE = 50;

const CONVERSATION =
  /^agent-dashboard:\/\/agent-instances\/([0-9a-fA-F-]{32,36})(?:\?before=([1-9]\d{0,9}))?$/;

type Services = Pick<ToolServices, 'dispatch' | 'ids' | 'logger'>;

/** One page of the caller's agent instances, each a resource. */
export async function listResources(
  services: Services,
  call: McpCall,
  cursor: string | undefined,
): Promise<object> {
  const input = { limit: PAGE, cursor: cursor ?? null };
  const page = await orFault(services, call, 'Invalid cursor', {}, () =>
    services.dispatch(browseConversations, { caller: call.caller, gone: call.gone, input }),
  );
  return {
    resources: page.agent_instances.map(
      ({ id, name, agent_type_name, status, started_at, latest_message }) => ({
        uri: BASE + id,
        name: name ?? `${agent_type_name} ${started_at}`,
        description: `${status}${latest_message === null ? '' : `: ${latest_message.slice(0, 200)}`}`,
        mimeType: JSON_TYPE,
      }),
    ),
    ...(page.next_cursor !== null && { nextCursor: page.next_cursor }),
  };
}

/** How to address what no list shows: a conversation before a position. */
export const RESOURCE_TEMPLATES = {
  resourceTemplates: [
    {
      uriTemplate: `${BASE}{agent_instance_id}{?before}`,
      name: 'Conversation of an agent instance',
      description: `The last ${PAGE} messages, or the last ${PAGE} before a position; "earlier" links to the page before`,
      mimeType: JSON_TYPE,
    },
  ],
};

/**
 * An agent instance with a page of its conversation, as JSON.
 * @throws ProtocolFault when there is no such resource, whoever else may have one of that name.
 */
export async function readResource(services: Services, call: McpCall, uri: string): Promise<object> {
  const [, id, before] = CONVERSATION.exec(uri) ?? [];
  const notFound = new McpProtocolError(INVALID_PARAMS, 'Resource not found', { uri });
  if (id === undefined) throw notFound;
  const input = {
    agent_instance_id: id,
    limit: PAGE,
    before_position: before === undefined ? null : Number(before),
  };
  const page = await orFault(services, call, notFound.message, { uri }, () =>
    services.dispatch(readConversation, { caller: call.caller, gone: call.gone, input }),
  );
  const earlier = page.earlier === null ? null : `${BASE}${page.agent_instance.id}?before=${page.earlier}`;
  const text = JSON.stringify({ ...page, earlier });
  return { contents: [{ uri, mimeType: JSON_TYPE, text }] };
}

/** Resources have no results that say what was wrong: a broken rule is a protocol error, and a fault opaque. */
async function orFault<Output>(
  services: Services,
  call: McpCall,
  message: string,
  data: object,
  work: () => Promise<Output>,
): Promise<Output> {
  try {
    return await work();
  } catch (error) {
    const requestId = logFailure(services, call, error);
    if (error instanceof CodedError)
      throw new McpProtocolError(INVALID_PARAMS, message, { ...data, code: error.code });
    throw new McpProtocolError(
      INTERNAL_ERROR,
      `Something went wrong; the log has it under request ${requestId}`,
    );
  }
}
