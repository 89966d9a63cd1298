import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UploadEndpoint } from '../src/endpoint.ts'
import type { FileStore } from '../src/file-store.ts'
import { Links } from '../src/links.ts'

export interface Listener extends AsyncDisposable {
  readonly store: FileStore
  readonly url: string
}

/** A listener that answers the links of a store, without TLS. */
export async function listenerFor(make: (links: Links) => FileStore): Promise<Listener> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const links = new Links(url, async () => Buffer.from('a secret'))
  const store = make(links)
  const endpoint = new UploadEndpoint({ links, store })
  server.on('request', (request, response) => {
    endpoint.answer(request, response).catch(() => response.destroy())
  })
  return {
    store,
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
