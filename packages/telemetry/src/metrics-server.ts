import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import type { MetricProducer } from '@opentelemetry/sdk-metrics'

/** `/metrics` in Prometheus' text form. */
export interface MetricsServer extends AsyncDisposable {
  /** `host:port` as bound; the port is never 0. */
  readonly address: string
}

const mostConnections = 64

/** What a scrape would answer. */
export async function renderMetrics(producer: MetricProducer): Promise<string> {
  const { resourceMetrics } = await producer.collect()
  return new PrometheusSerializer(undefined, false, undefined, false, true).serialize(resourceMetrics)
}

/**
 * Serves `GET /metrics` and nothing else.
 *
 * @throws the listen error, such as EADDRINUSE.
 */
export async function startMetricsServer(producer: MetricProducer, host: string, port: number): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    if (request.method === 'GET' && request.url?.split('?')[0] === '/metrics') void answer(producer, response)
    else response.writeHead(404).end()
  })
  // More than ever scrape at a time; further connections are closed.
  server.maxConnections = mostConnections
  server.listen(port, host)
  await once(server, 'listening')
  const bound = server.address() as AddressInfo
  return {
    address: bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(producer: MetricProducer, response: ServerResponse): Promise<void> {
  try {
    const text = await renderMetrics(producer)
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text)
  } catch {
    response.writeHead(500).end()
  }
}
