import { setTimeout as sleep } from 'node:timers/promises'
import { healthContract, RpcClients } from '@heliograph/rpc'

const PAUSE_MS = 50

/** Waits until a process says by gRPC that it is ready to serve. @throws after `timeoutMs` */
export async function untilServing(address: string, timeoutMs: number): Promise<void> {
  using clients = new RpcClients()
  const health = clients.at(healthContract, address)
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const answer = await health.check({ service: 'readiness' }, { timeoutMs: 2_000 }).catch((error: Error) => error)
    if ('status' in answer && answer.status === 'SERVING') return
    if (Date.now() > deadline) {
      const said = answer instanceof Error ? answer.message : answer.status
      throw new Error(`${address} does not serve after ${timeoutMs} ms: ${said}`)
    }
    await sleep(PAUSE_MS)
  }
}
