import { browseConversations, readConversation } from '../../../application/use-cases/index.ts';
import { CodedError } from '../../../domain/errors.ts';
import { cutText } from '../../../domain/text/graphemes.ts';
import { logFailure } from '../call/log-failure.ts';
import type { McpCall } from '../call/mcp-call.ts';
import { INTERNAL_ERROR, INVALID_PARAMS, McpProtocolError } from '../call/mcp-protocol-error.ts';
import type { ToolServices } from '../tools/tool-services.ts';

const BASE_URI = 'agent-dashboard://agent-instances/';
const JSON_TYPE = 'application/json';
const PAGE_SIZE = 50;
/** How much of the latest message the description of a resource has, in UTF-16 code units. */
const MAX_DESCRIBED_LENGTH = 200;

const CONVERSATION_URI =
  /^agent-dashboard:\/\/agent-instances\/([0-9a-fA-F-]{32,36})(?:\?before=([1-9]\d{0,9}))?$/;

type Services = Pick<ToolServices, 'dispatch' | 'ids' | 'logger'>;

/** Handles `resources/list`: returns one page of the caller's agent instances, each as a resource. */
export async function listResources(
  services: Services,
  call: McpCall,
  cursor: string | undefined,
): Promise<object> {
  const input = { limit: PAGE_SIZE, cursor: cursor ?? null };
  const page = await withProtocolErrors(services, call, 'Invalid cursor', {}, () =>
    services.dispatch(browseConversations, { caller: call.caller, clientGone: call.signal, input }),
  );
  return {
    resources: page.agent_instances.map(
      ({ id, name, agent_type_name, status, started_at, latest_message }) => ({
        uri: BASE_URI + id,
        name: name ?? `${agent_type_name} ${started_at}`,
        description: `${status}${latest_message === null ? '' : `: ${cutText(latest_message, MAX_DESCRIBED_LENGTH)}`}`,
        mimeType: JSON_TYPE,
      }),
    ),
    ...(page.next_cursor !== null && { nextCursor: page.next_cursor }),
  };
}

/** The result of `resources/templates/list`: how to address an earlier page of a conversation. */
export const RESOURCE_TEMPLATES = {
  resourceTemplates: [
    {
      uriTemplate: `${BASE_URI}{agent_instance_id}{?before}`,
      name: 'Conversation of an agent instance',
      description: `The last messages, or the last ones before a position: at most ${PAGE_SIZE}, and at most 4 MiB of text; "earlier" is the address of the page before`,
      mimeType: JSON_TYPE,
    },
  ],
};

/**
 * Handles `resources/read`: returns an agent instance with one page of its conversation, as JSON.
 * @throws McpProtocolError if there is no such resource, or the resource belongs to another user.
 */
export async function readResource(services: Services, call: McpCall, uri: string): Promise<object> {
  const [, id, before] = CONVERSATION_URI.exec(uri) ?? [];
  const notFound = new McpProtocolError(INVALID_PARAMS, 'Resource not found', { uri });
  if (id === undefined) throw notFound;
  const input = {
    agent_instance_id: id,
    limit: PAGE_SIZE,
    before_position: before === undefined ? null : Number(before),
  };
  const page = await withProtocolErrors(services, call, notFound.message, { uri }, () =>
    services.dispatch(readConversation, { caller: call.caller, clientGone: call.signal, input }),
  );
  const earlier =
    page.earlier === null ? null : `${BASE_URI}${page.agent_instance.id}?before=${page.earlier}`;
  const text = JSON.stringify({ ...page, earlier });
  return { contents: [{ uri, mimeType: JSON_TYPE, text }] };
}

/**
 * Runs `work` and turns its failure into a protocol error: unlike tools, resources have no error results.
 * @throws McpProtocolError with `message` and the error's code if `work` refused the request; otherwise an
 * internal error whose cause is only in the log.
 */
async function withProtocolErrors<Output>(
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
      `Something went wrong on the server; its log has the cause under request ${requestId}`,
    );
  }
}
