import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { HeliographConfig, ListenAddress } from '@heliograph/config'
import { OperatorError } from '@heliograph/telemetry'
import type { ListenerName } from './service.ts'

/**
 * Makes sure that the addresses can be listened on, before anything is started: what is wrong with all of them is told at
 * once, and nothing has to be undone.
 *
 * @throws OperatorError that names every address that can't be used
 */
export async function ensureFree(listen: HeliographConfig['listen'], names: readonly ListenerName[]): Promise<void> {
  const held: Server[] = []
  const problems: string[] = []
  for (const name of names) {
    const at = listen[name]
    if (at === false || at.port === 0) continue
    // Held until all were tried: two options may name one address.
    const server = createServer((socket) => socket.destroy())
    try {
      held.push(server.listen({ ...at, exclusive: true }))
      await once(server, 'listening')
    } catch (error) {
      problems.push(`listen.${name}: ${problemOf(error, at)}`)
    }
  }
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))))
  if (problems.length > 0) throw new OperatorError(problems.join('; '))
}

function problemOf(error: unknown, { host, port }: ListenAddress): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `${host}:${port} is in use`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${host} is not an address of this machine`
  if (code === 'EACCES') return `this user may not listen on port ${port}`
  return message
}
