import {
  type Context,
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { AnsweredRequest, CommittedBatch, Observer } from '../../ports/observer.ts';

/** W3C Trace Context, level 1: version, trace, the caller's span, flags. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;

/**
 * Traces over OTLP. Where to, with which headers, sampler and service name is said by OpenTelemetry's own
 * variables, which its libraries read. Spans are made when what they tell of is over, from the times noted
 * then: nothing has to be carried through the requests, and what fails here fails nothing else. A span costs about
 * 12 µs.
 */
export class OtlpTraces implements Observer {
  readonly #provider: NodeTracerProvider;
  readonly #tracer: Tracer;

  constructor({ name, version }: { readonly name: string; readonly version: string }) {
    const resource = defaultResource()
      .merge(resourceFromAttributes({ 'service.name': name, 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] }));
    this.#provider = new NodeTracerProvider({
      resource,
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
    });
    // Not the global provider: a host may have one of its own.
    this.#tracer = this.#provider.getTracer(name, version);
  }

  requestAnswered(request: AnsweredRequest): void {
    const { method, route, status, requestId, startedAt, millis, traceparent, tracestate } = request;
    const span = this.#tracer.startSpan(
      route === null ? method : `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        startTime: startedAt,
        attributes: {
          'http.request.method': method,
          'http.response.status_code': status,
          'http.response.header.x-request-id': [requestId],
          ...(route !== null && { 'http.route': route }),
        },
      },
      callerContext(traceparent, tracestate),
    );
    // What a client did wrong is no fault of the server (semantic conventions of HTTP spans).
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(startedAt + millis);
  }

  batchDone({ updates, again, startedAt, millis }: CommittedBatch): void {
    const span = this.#tracer.startSpan(
      'group commit',
      {
        kind: SpanKind.CLIENT,
        startTime: startedAt,
        attributes: {
          'db.system.name': 'postgresql',
          'db.operation.batch.size': updates,
          'agent_dashboard.updates_again': again,
        },
      },
      // Of no request alone: it serves all that came together.
      ROOT_CONTEXT,
    );
    span.end(startedAt + millis);
  }

  storageFailed(): void {}

  signalsReconnected(): void {}

  /** Sends what has not been sent yet. */
  close(): Promise<void> {
    return this.#provider.shutdown();
  }
}

/** The caller's span, for ours to go on from; a header of no such form begins a trace of its own. */
function callerContext(traceparent: string | null, tracestate: string | null): Context {
  const [, traceId = '', spanId = '', flags = '0'] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const caller = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
    ...(tracestate !== null && { traceState: createTraceState(tracestate) }),
  };
  return isSpanContextValid(caller) ? trace.setSpanContext(ROOT_CONTEXT, caller) : ROOT_CONTEXT;
}
