/** A request as it goes over the wire, well-formed or not. */
export interface RawRequest {
  readonly kind: string;
  readonly method: string;
  readonly target: string;
  /** The headers, in the order in which they are sent. A name may occur several times. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** The bytes to send. If they are given, all fields above are ignored. */
  readonly bytes: Buffer | null;
  /** Whether the request is complete, so that the server can answer at once. */
  readonly whole: boolean;
  readonly head: boolean;
}

export type RequestFields = Partial<Omit<RawRequest, 'body'>> & {
  /** An object is sent as JSON. */
  readonly body?: object | string | Buffer;
};

/** Builds a complete request to the REST API. */
export function rawRequest(token: string | null, fields: RequestFields = {}): RawRequest {
  const { kind = 'plain', method = 'POST', target = '/api/v1/messages/agent', bytes = null } = fields;
  const body = bytesOf(fields.body ?? '');
  return {
    kind,
    method,
    target,
    body,
    bytes,
    headers: fields.headers ?? [
      ...standardHeaders(token),
      ...(fields.body === undefined ? [] : jsonHeaders(body)),
    ],
    whole: fields.whole ?? true,
    head: fields.head ?? method === 'HEAD',
  };
}

export const standardHeaders = (token: string | null): [string, string][] => [
  ['Host', 'localhost'],
  ...(token === null ? [] : [['Authorization', `Bearer ${token}`] as [string, string]]),
];

export const jsonHeaders = (body: Buffer, type = 'application/json'): [string, string][] => [
  ['Content-Type', type],
  ['Content-Length', String(body.length)],
];

/** Returns the same request with these headers instead of those of the same name. Null removes a header. */
export function withHeaders(
  request: RawRequest,
  changed: readonly (readonly [name: string, value: string | null])[],
): RawRequest {
  const names = new Set(changed.map(([name]) => name.toLowerCase()));
  const kept = request.headers.filter(([name]) => !names.has(name.toLowerCase()));
  const added = changed.filter((header): header is [string, string] => header[1] !== null);
  return { ...request, headers: [...kept, ...added] };
}

/** Returns the bytes that are written to the socket. */
export function httpBytes({ method, target, headers, body, bytes }: RawRequest): Buffer {
  if (bytes !== null) return bytes;
  const lines = [`${method} ${target} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

export function bytesOf(body: object | string | Buffer): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
