import { Ajv2020 } from 'ajv/dist/2020.js';
import { describeApi } from '../../src/adapters/koa/openapi/document.ts';
import type { Response as Described, Reference } from '../../src/adapters/koa/openapi/operation.ts';

/** Calls `fetch`, and throws if the API's OpenAPI document does not describe the response. */
export async function fetchDescribed(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(url, init);
  const { pathname } = new URL(url);
  const difference = await differenceOf(pathname, init.method ?? 'GET', answer);
  if (difference !== null) throw new Error(`${init.method ?? 'GET'} ${pathname}: ${difference}`);
  return answer;
}

const { paths, components } = describeApi({
  version: '1.2.3',
  hasSignIn: true,
  hasStreams: true,
  hasExport: true,
  publishesKeys: true,
});

/** The paths as patterns. Paths without parameters come first, because a pattern may match them too. */
const PATHS = Object.keys(paths)
  .sort((a, b) => a.split('{').length - b.split('{').length)
  .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }));

/** Compiles each schema when a response first needs it. */
const ajv = new Ajv2020({
  strict: false,
  validateSchema: false,
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ },
});
ajv.addSchema(closed({ $id: 'api:', paths, components }));

async function differenceOf(pathname: string, method: string, answer: Response): Promise<string | null> {
  if (answer.headers.get('x-request-id') === null) return 'no X-Request-Id';
  const path = PATHS.find(({ pattern }) => pattern.test(pathname))?.path;
  // HEAD is described by the path's GET, but not every GET allows HEAD.
  const isHead = method === 'HEAD' && answer.status < 400;
  const operation = paths[path ?? '']?.[isHead ? 'get' : method.toLowerCase()];
  if (operation === undefined) {
    if (method === 'OPTIONS' && answer.status === 204) return null;
    if (answer.status < 400) return `${answer.status} for a path that is not described`;
    return bodyDifference(answer, method, '/components/schemas/Problem', 'application/problem+json');
  }
  const response = operation.responses[answer.status];
  if (response === undefined) return `${answer.status} is not described: ${await answer.clone().text()}`;
  const [pointer, described] = resolved(response, path!, operation, answer.status);
  for (const name of ['Link', 'Retry-After', 'WWW-Authenticate']) {
    if (answer.headers.has(name) && described.headers?.[name] === undefined)
      return `${answer.status} has an unknown ${name}`;
  }
  const [mediaType] = Object.keys(described.content ?? {});
  if (mediaType === undefined) {
    return answer.headers.get('content-type') === null ? null : `${answer.status} has content`;
  }
  return bodyDifference(answer, method, `${pointer}/content/${escaped(mediaType)}/schema`, mediaType);
}

async function bodyDifference(
  answer: Response,
  method: string,
  pointer: string,
  mediaType: string,
): Promise<string | null> {
  const sent = answer.headers.get('content-type')?.split(';')[0];
  if (sent !== mediaType) return `${answer.status} is ${sent}, not ${mediaType}`;
  // A streamed body is left for the caller to read.
  if (method === 'HEAD' || !mediaType.endsWith('json')) return null;
  const text = await answer.clone().text();
  const validate = ajv.getSchema(`api:#${pointer}`)!;
  return validate(JSON.parse(text)) ? null : `${ajv.errorsText(validate.errors)} in ${text.slice(0, 1000)}`;
}

/** Returns the JSON pointer to a response's description, and the description. */
function resolved(
  response: Described | Reference,
  path: string,
  operation: object,
  status: number,
): [pointer: string, described: Described] {
  if ('$ref' in response) {
    const pointer = response.$ref.slice(1);
    return [pointer, components.responses![pointer.split('/').at(-1)!] as Described];
  }
  const [method] = Object.entries(paths[path]!).find(([, one]) => one === operation)!;
  return [`/paths/${escaped(path)}/${method}/responses/${status}`, response];
}

const escaped = (key: string): string => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Forbids undescribed fields. Clients ignore unknown fields, but here they are a mistake. */
function closed<Schema>(schema: Schema): Schema {
  if (Array.isArray(schema)) return schema.map(closed) as Schema;
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isClosable = copy.type === 'object' && copy.properties !== undefined;
  return (isClosable ? { additionalProperties: false, ...copy } : copy) as Schema;
}
