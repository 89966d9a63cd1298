import { type AdminApi, type AdminService, startAdminApi } from '@heliograph/admin-api'
import { Kind } from '@heliograph/bus'
import type { Ownership } from '@heliograph/ownership'
import { adminContract, type Contract, instanceContract, roomsContract } from '@heliograph/rpc'
import { releaseVersion, type ServiceContext } from '@heliograph/runtime'

const KINDS = [Kind.instance, Kind.user, Kind.presence, Kind.room, Kind.node, Kind.domain]

/** Administration of the whole cluster over HTTP, where there are tokens for it. */
export async function openAdminApi(
  host: ServiceContext,
  ownership: Ownership,
  signal: AbortSignal,
): Promise<AdminApi | undefined> {
  const { config, telemetry } = host
  const { tokens, certificate } = config.adminApi
  const at = config.listen.admin
  if (tokens.length === 0 || at === false) return undefined
  const api = await startAdminApi({
    at,
    certificate,
    tls: config.tls,
    tokens,
    wrongTokens: host.wrongTokens,
    services: servicesOf(host, ownership),
    version: releaseVersion(),
    telemetry,
    signal,
  })
  host.live.onChange((fresh) => () => api.setTokens(fresh.adminApi.tokens))
  return api
}

function servicesOf({ rpc, rpcAddress }: ServiceContext, ownership: Ownership): AdminService[] {
  const muc = () => addressesOf(ownership, Kind.room)
  let turn = 0
  /** What changes something is tried at one instance only: it might be done twice. */
  const among = <Service>(contract: Contract<Service>, addresses: () => readonly string[], safe: boolean): object => {
    const all = addresses()
    return safe || all.length === 0 ? rpc.among(contract, addresses) : rpc.at(contract, all[turn++ % all.length]!)
  }
  return [
    {
      contract: adminContract,
      target: () => rpc.among(adminContract, () => (rpcAddress === '' ? [] : [rpcAddress])),
    },
    { contract: roomsContract, target: (_, safe) => among(roomsContract, muc, safe) },
    {
      contract: instanceContract,
      target: ({ instance }) => {
        const members = KINDS.flatMap((kind) => ownership.members(kind))
        const found = members.find((member) => member.instance === instance)
        return found === undefined || found.rpc === '' ? undefined : rpc.at(instanceContract, found.rpc)
      },
    },
  ]
}

function addressesOf(ownership: Ownership, kind: Kind): string[] {
  return ownership
    .members(kind)
    .map(({ rpc }) => rpc)
    .filter((address) => address !== '')
}
