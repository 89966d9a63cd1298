import { join } from 'node:path'
import { Kind } from '@heliograph/bus'
import { CertificateStore, ensureSelfSigned } from '@heliograph/certificates'
import type { Domain } from '@heliograph/jid'
import { Hosts } from '@heliograph/ownership'
import { accountsContract } from '@heliograph/rpc'
import { joinCluster, type RunningService, type Service, type ServiceContext } from '@heliograph/runtime'
import { edgeConfig } from './config.ts'
import { RunningEdge } from './running-edge.ts'

export const connectionManager: Service = { name: 'connection-manager', needs: ['bus', 'liveState'], start }

async function start(host: ServiceContext, signal: AbortSignal): Promise<RunningService> {
  const { config, telemetry } = host
  const names = config.domains.map(({ name }) => name as Domain)
  const self = await ensureSelfSigned({ directory: join(config.dataDir, 'certificates'), domains: names } as never)
  const certificates = await CertificateStore.open({
    certificates: names.map((domain, i) => ({ domain, files: config.domains[i]!.certificate ?? self })),
    signal,
    log: telemetry.log,
  })
  const { ownership, router } = joinCluster(host, { kind: Kind.instance, watch: [Kind.user] })
  const accounts = host.rpc.among(accountsContract, () => ownership.members(Kind.user).map(({ rpc }) => rpc)) as never
  const running = await RunningEdge.open({
    config: edgeConfig(config),
    telemetry,
    hosts: new Hosts(names),
    router,
    accounts,
    certificates,
  })
  await ownership.start()
  return {
    addresses: running.addresses,
    ready: async () => [],
    drain: (s) => running.drain(s),
    async [Symbol.asyncDispose]() {
      running[Symbol.dispose]()
      await ownership[Symbol.asyncDispose]()
      await router[Symbol.asyncDispose]()
    },
  }
}
