// How many requests there are, how they end and how long they take, for Prometheus.
import { Histogram, type Registry } from 'prom-client';

/** Records one finished request. */
export type ObserveRequest = (operation: string, status: number, durationMs: number) => void;

/** Operation stands for the route; requests that meet none count as `none`, so that no caller makes new labels. */
export const NO_OPERATION = 'none';

export const createRequestMetrics = (registry: Registry): ObserveRequest => {
  const histogram = new Histogram({
    name: 'inboxkit_http_request_duration_seconds',
    help: 'Time from the arrival of a request to its answer, by operation and status.',
    labelNames: ['operation', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  return (operation, status, durationMs) => {
    histogram.observe({ operation, status: String(status) }, durationMs / 1000);
  };
};
