import { type Bus, connectNats } from '@heliograph/bus'
import type { ServiceContext } from '@heliograph/runtime'
import { Bridge } from './bridge.ts'

/** The bridge as configured, with a connection to NATS of its own: what others send there holds up nothing else. */
export async function openBridge(host: ServiceContext, signal: AbortSignal): Promise<Bridge> {
  const { config, database: db, telemetry } = host
  const { log, metrics } = telemetry
  return new Bridge({ config, db, bus: await busOf(host, signal), log, metrics })
}

async function busOf({ config, instance, telemetry }: ServiceContext, signal: AbortSignal): Promise<Bus | undefined> {
  const { deliveries, sources } = config.events
  if (![...deliveries, ...sources].some(({ subject }) => subject !== undefined)) return undefined
  const { servers, user, password = '', tls } = config.nats
  return connectNats({
    servers,
    auth: user === undefined ? undefined : { user, password },
    tls,
    name: `${instance}-events`,
    log: telemetry.log,
    signal,
  })
}
