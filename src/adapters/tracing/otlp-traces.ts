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

/** Matches the header `traceparent` of W3C Trace Context: version, trace id, the caller's span id, flags. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;

/**
 * Sends traces over OTLP. OpenTelemetry's libraries read the endpoint, headers, sampler and service name from
 * their own environment variables. A span is created when its request or batch is over, from the recorded
 * times. So the code of a request never handles a span, and a failure here does not affect a request. A span
 * costs about 12 µs.
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
    // The global provider stays as it is, because the program that embeds the server may have set its own.
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
    // For a server span, 4xx is not an error (OpenTelemetry's semantic conventions for HTTP).
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(startedAt + millis);
  }

  batchDone({ updates, retried, startedAt, millis }: CommittedBatch): void {
    const span = this.#tracer.startSpan(
      'group commit',
      {
        kind: SpanKind.CLIENT,
        startTime: startedAt,
        attributes: {
          'db.system.name': 'postgresql',
          'db.operation.batch.size': updates,
          'agent_dashboard.updates_again': retried,
        },
      },
      // A batch serves several requests, so it gets a trace of its own.
      ROOT_CONTEXT,
    );
    span.end(startedAt + millis);
  }

  // The metrics count these two events. They have no duration, so they get no span.
  storageFailed(): void {}

  signalsReconnected(): void {}

  /** Sends the remaining spans and stops. */
  close(): Promise<void> {
    return this.#provider.shutdown();
  }
}

/**
 * Returns the context of the caller's span, which becomes the parent. If the header is missing or malformed,
 * a new trace starts.
 */
function callerContext(traceparent: string | null, tracestate: string | null): Context {
  const [, traceId = '', spanId = '', flags = '0'] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const callerSpan = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
    ...(tracestate !== null && { traceState: createTraceState(tracestate) }),
  };
  return isSpanContextValid(callerSpan) ? trace.setSpanContext(ROOT_CONTEXT, callerSpan) : ROOT_CONTEXT;
}
