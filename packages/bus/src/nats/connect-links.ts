import { silentTelemetry } from '@heliograph/telemetry'
import { connectNats, type NatsOptions } from './nats-bus.ts'
import { NatsLinks, type NatsLinksOptions } from './nats-links.ts'

export type ConnectOptions = Omit<NatsOptions, 'name' | 'log'> & NatsLinksOptions

/**
 * The links of an instance over NATS. Waits for NATS as long as it takes.
 *
 * @throws when NATS refuses the credentials, or when `signal` aborts
 */
export async function connectLinks(options: ConnectOptions): Promise<NatsLinks> {
  const log = options.log ?? silentTelemetry().log
  const bus = await connectNats({ ...options, log, name: options.instance })
  return new NatsLinks(bus, options)
}
