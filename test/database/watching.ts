import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type DataPoint,
  type Histogram,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';

export type Point = DataPoint<number | Histogram>;

/** Watches as an application with an SDK of OpenTelemetry's does, until it is stopped. */
export function watch() {
  const exported = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exported)] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: measured, exportIntervalMillis: 3_600_000 });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  return {
    /** The spans that have ended since this was asked last. */
    spans(): readonly ReadableSpan[] {
      const spans = [...exported.getFinishedSpans()];
      exported.reset();
      return spans;
    },
    /** What is measured under a name by now. */
    async points(name: string): Promise<readonly Point[]> {
      measured.reset();
      await reader.forceFlush();
      const all = measured.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
      const found = all.find(({ descriptor }) => descriptor.name === name);
      return (found?.dataPoints ?? []) as readonly Point[];
    },
    async stop(): Promise<void> {
      await reader.shutdown();
      trace.disable();
      metrics.disable();
      context.disable();
    },
  };
}

export type Watch = ReturnType<typeof watch>;

/** The spans that another is around of. */
export const within = (spans: readonly ReadableSpan[], outer: ReadableSpan | undefined): readonly ReadableSpan[] =>
  spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === outer?.spanContext().spanId);

/** The one span of a name. */
export function one(spans: readonly ReadableSpan[], name: string): ReadableSpan {
  const [found, ...more] = spans.filter((span) => span.name === name);
  if (!found || more.length > 0) throw new Error(`not one ${name} among ${spans.map((span) => span.name).join(', ')}`);
  return found;
}
