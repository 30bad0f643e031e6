/**
 * OpenTelemetry traces of a process. The standard variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_TRACES_SAMPLER` and the
 * like) configure them, as OpenTelemetry documents.
 */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { spanIds } from './temporal/tracing/taken-messages.js';

export interface Tracing {
  /** Sends the spans that wait. Never rejects. */
  close(): Promise<void>;
}

/** Begins to send the spans of this process. @param service name of the service, unless the environment has another */
export function openTracing(service: string): Tracing {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }).merge(detectResources({ detectors: [envDetector] })),
    idGenerator: spanIds,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  return {
    // A collector that does not answer must not keep a process from ending well.
    close: () => provider.shutdown().catch(() => undefined),
  };
}
