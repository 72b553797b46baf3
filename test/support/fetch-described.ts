import { Ajv2020 } from 'ajv/dist/2020.js';
import { describeApi } from '../../src/adapters/koa/openapi/document.ts';
import type { Response as Described, Reference } from '../../src/adapters/koa/openapi/operation.ts';

/** Calls `fetch`, and throws if the API's OpenAPI document does not describe the response. */
export async function fetchDescribed(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init);
  const { pathname } = new URL(url);
  const difference = await findDifference(pathname, init.method ?? 'GET', response);
  if (difference !== null) throw new Error(`${init.method ?? 'GET'} ${pathname}: ${difference}`);
  return response;
}

/** The document of a server that offers everything. */
export const API_DOCUMENT = describeApi({
  version: '1.2.3',
  hasSignIn: true,
  hasStreams: true,
  hasExport: true,
  hasAnswerLinks: true,
  hasSmsReplies: true,
  hasProviderSignIn: true,
  hookAgents: ['claude-code'],
  publishesPublicKeys: true,
  hasOAuth: true,
});
const { paths, components } = API_DOCUMENT;

/**
 * The paths of the document as patterns. Paths without parameters come first, because the pattern of another
 * path may match them too.
 */
const PATH_PATTERNS = Object.keys(paths)
  .sort((a, b) => a.split('{').length - b.split('{').length)
  .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }));

/** Compiles each schema when a response first needs it. */
const ajv = new Ajv2020({
  strict: false,
  validateSchema: false,
  formats: {
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  },
});
ajv.addSchema(forbidUnknownFields({ $id: 'api:', paths, components }));

/** Returns how the response differs from the document, or null if it does not. */
async function findDifference(pathname: string, method: string, response: Response): Promise<string | null> {
  if (response.headers.get('x-request-id') === null) return 'no X-Request-Id';
  const path = PATH_PATTERNS.find(({ pattern }) => pattern.test(pathname))?.path;
  // HEAD is described by the path's GET, but not every GET allows HEAD.
  const isHead = method === 'HEAD' && response.status < 400;
  const operation = paths[path ?? '']?.[isHead ? 'get' : method.toLowerCase()];
  if (operation === undefined) {
    if (method === 'OPTIONS' && response.status === 204) return null;
    if (response.status < 400) return `${response.status} for a path that is not described`;
    return findBodyDifference(response, method, '/components/schemas/Problem', 'application/problem+json');
  }
  const entry = operation.responses[response.status];
  if (entry === undefined) return `${response.status} is not described: ${await response.clone().text()}`;
  const [pointer, described] = resolveReference(entry, path!, operation, response.status);
  for (const name of ['Link', 'Retry-After', 'WWW-Authenticate']) {
    if (response.headers.has(name) && described.headers?.[name] === undefined)
      return `${response.status} has an unknown ${name}`;
  }
  for (const [name, { $ref }] of Object.entries(described.headers ?? {})) {
    const { required } = components.headers![$ref.split('/').at(-1)!] as { required: boolean };
    if (required && !response.headers.has(name)) return `${response.status} has no ${name}`;
  }
  const [mediaType] = Object.keys(described.content ?? {});
  if (mediaType === undefined) {
    return response.headers.get('content-type') === null ? null : `${response.status} has content`;
  }
  return findBodyDifference(response, method, `${pointer}/content/${escapeKey(mediaType)}/schema`, mediaType);
}

async function findBodyDifference(
  response: Response,
  method: string,
  pointer: string,
  mediaType: string,
): Promise<string | null> {
  const sentMediaType = response.headers.get('content-type')?.split(';')[0];
  if (sentMediaType !== mediaType) return `${response.status} is ${sentMediaType}, not ${mediaType}`;
  // Only JSON is checked. A streamed body is left for the caller to read.
  if (method === 'HEAD' || !mediaType.endsWith('json')) return null;
  const text = await response.clone().text();
  const validate = ajv.getSchema(`api:#${pointer}`)!;
  return validate(JSON.parse(text)) ? null : `${ajv.errorsText(validate.errors)} in ${text.slice(0, 1000)}`;
}

/** Returns the JSON pointer to a response's description, and the description. */
function resolveReference(
  entry: Described | Reference,
  path: string,
  operation: object,
  status: number,
): [pointer: string, described: Described] {
  if ('$ref' in entry) {
    const pointer = entry.$ref.slice(1);
    return [pointer, components.responses![pointer.split('/').at(-1)!] as Described];
  }
  const [method] = Object.entries(paths[path]!).find(([, one]) => one === operation)!;
  return [`/paths/${escapeKey(path)}/${method}/responses/${status}`, entry];
}

const escapeKey = (key: string): string =>
  encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));

/**
 * Returns the schema with `additionalProperties: false`. Clients ignore unknown fields, but here a field that
 * the document does not describe is a mistake.
 */
function forbidUnknownFields<Schema>(schema: Schema): Schema {
  if (Array.isArray(schema)) return schema.map(forbidUnknownFields) as Schema;
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, forbidUnknownFields(value)]),
  );
  const isClosable = copy.type === 'object' && copy.properties !== undefined;
  return (isClosable ? { additionalProperties: false, ...copy } : copy) as Schema;
}
