import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A span from OTLP's JSON. Its attributes are converted to a plain object. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly attributes: { readonly [name: string]: unknown };
}

interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly arrayValue?: { readonly values: readonly OtlpValue[] };
}

type OtlpAttributes = readonly { readonly key: string; readonly value: OtlpValue }[];

interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: OtlpAttributes };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, 'attributes'> & { readonly attributes: OtlpAttributes })[];
    }[];
  }[];
}

/** A minimal receiver of traces: OTLP over HTTP, as JSON. */
export class OtlpReceiver implements AsyncDisposable {
  readonly url: string;
  readonly spans: ReceivedSpan[] = [];
  /** The names of the services that have sent spans. */
  readonly services = new Set<unknown>();
  /** The JSON of all requests. */
  text = '';
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** @param answers false: the receiver reads requests and never answers them. */
  static async start({ answers = true } = {}): Promise<OtlpReceiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new OtlpReceiver(server);
    server.on('request', async (req, res) => {
      const traces = (await json(req)) as OtlpTraces;
      if (req.url === '/v1/traces') receiver.#record(traces);
      if (answers) res.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
    return receiver;
  }

  /** @throws Error if there is no span of this name. */
  spanNamed(name: string): ReceivedSpan {
    const namedSpan = this.spans.find((span) => span.name === name);
    if (namedSpan === undefined)
      throw new Error(`no span ${name}, only ${this.spans.map((span) => span.name).join(', ')}`);
    return namedSpan;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #record(traces: OtlpTraces): void {
    this.text += JSON.stringify(traces);
    for (const { resource, scopeSpans } of traces.resourceSpans) {
      this.services.add(toPlainObject(resource.attributes)['service.name']);
      for (const { spans } of scopeSpans) {
        for (const span of spans) this.spans.push({ ...span, attributes: toPlainObject(span.attributes) });
      }
    }
  }
}

const toPlainObject = (attributes: OtlpAttributes): { [name: string]: unknown } =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, toPlainValue(value)]));

function toPlainValue({ stringValue, intValue, arrayValue }: OtlpValue): unknown {
  if (arrayValue !== undefined) return arrayValue.values.map(toPlainValue);
  return stringValue ?? (intValue === undefined ? null : Number(intValue));
}
