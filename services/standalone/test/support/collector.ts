import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CollectedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly service: string
  readonly instance: string
}

/** A collector that understands OTLP over HTTP with JSON, as far as a test needs. */
export class Collector implements AsyncDisposable {
  readonly spans: CollectedSpan[] = []
  readonly endpoint: string
  readonly #close: () => Promise<void>

  private constructor(endpoint: string, close: () => Promise<void>) {
    this.endpoint = endpoint
    this.#close = close
  }

  static async start(): Promise<Collector> {
    let take = (_body: string): void => {}
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        take(Buffer.concat(chunks).toString())
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const collector = new Collector(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    })
    take = (body) => collector.#take(JSON.parse(body) as OtlpTraces)
    return collector
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }

  #take({ resourceSpans }: OtlpTraces): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      const attribute = (key: string) =>
        resource.attributes.find((candidate) => candidate.key === key)?.value.stringValue ?? ''
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        const { name, traceId, spanId, parentSpanId = '' } = span
        const service = attribute('service.name')
        this.spans.push({ name, traceId, spanId, parentSpanId, service, instance: attribute('service.instance.id') })
      }
    }
  }
}

interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly resource: {
      readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
    }
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string
        readonly traceId: string
        readonly spanId: string
        readonly parentSpanId?: string
      }[]
    }[]
  }[]
}
