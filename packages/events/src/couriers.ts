import type { Bus } from '@heliograph/bus'
import type { HeliographConfig } from '@heliograph/config'
import type { Database } from '@heliograph/database'
import type { Logger, Metrics } from '@heliograph/telemetry'
import { Courier } from './courier.ts'
import { courierEvents } from './courier-events.ts'
import { Outbox } from './outbox.ts'
import { subject } from './subject.ts'
import { webhook } from './webhook.ts'

type DeliveryConfig = HeliographConfig['events']['deliveries'][number]

const FORGET_MS = 60_000

/** The couriers of all deliveries that a service has events for. */
export interface Couriers extends AsyncDisposable {
  /** Whether so much waits for one of these deliveries that nothing more may happen that is to be told there. */
  isFull(deliveries: readonly string[]): boolean
  /** Events were committed. */
  added(deliveries: readonly string[]): void
  /** The partitions that are owned here are others. */
  changed(): void
  /** When no request is under way. */
  settled(): Promise<void>
}

export interface CouriersParts {
  readonly deliveries: readonly DeliveryConfig[]
  readonly db: Database
  /** Undefined where there is no NATS. */
  readonly bus: Bus | undefined
  readonly partitions: () => readonly number[]
  readonly metrics: Metrics
  readonly log: Logger
}

/** Starts one courier a delivery. */
export function startCouriers({ deliveries, db, bus, partitions, metrics, log }: CouriersParts): Couriers {
  const outbox = new Outbox(db)
  const couriers = new Map<string, Courier>()
  for (const delivery of deliveries) {
    const { name, queue: most, giveUpHours } = delivery
    const events = courierEvents(metrics, name, () => couriers.get(name)?.waiting ?? 0)
    const options = { name, most, giveUpSeconds: giveUpHours * 3_600 }
    const carry = carryOf(delivery, bus)
    couriers.set(name, new Courier({ options, outbox, partitions, carry, events, log }))
  }
  const forget = () => void outbox.forgetDead().catch((error: unknown) => log.warn('dead_events_stay', { error }))
  const timer = couriers.size === 0 ? undefined : setInterval(forget, FORGET_MS)
  const all = () => [...couriers.values()]
  return {
    isFull: (names) => names.some((name) => couriers.get(name)?.isFull),
    added: (names) => {
      for (const name of names) couriers.get(name)?.wake(1)
    },
    changed: () => {
      for (const courier of all()) courier.wake()
    },
    async settled() {
      await Promise.all(all().map((courier) => courier.settled()))
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await Promise.all(all().map((courier) => courier[Symbol.asyncDispose]()))
    },
  }
}

function carryOf(delivery: DeliveryConfig, bus: Bus | undefined) {
  const { url, password = '', subject: to, acknowledged } = delivery
  if (url !== undefined) return webhook({ url, secret: password })
  if (bus === undefined || to === undefined) throw new Error(`${delivery.name} has no way to go`)
  return subject(bus, { subject: to, acknowledged })
}
