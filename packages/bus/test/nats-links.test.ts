import { after } from 'node:test'
import { ownServer } from '@heliograph/testkit'
import { connectLinks, type Links } from '../src/index.ts'
import { linksContract, type NetworkOptions } from '../src/links.contract.ts'

const server = await ownServer('nats')
after(() => server[Symbol.asyncDispose]())

let networks = 0

linksContract('nats', async (options: NetworkOptions = {}) => {
  const prefix = `contract${++networks}`
  const joined: Links[] = []
  return {
    async join(instance) {
      const links = await connectLinks({ instance, servers: server.url, prefix, ...options })
      joined.push(links)
      return links
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(joined.map((links) => links[Symbol.asyncDispose]()))
    },
  }
})
