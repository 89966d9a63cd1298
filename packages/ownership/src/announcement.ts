import { Buffer } from 'node:buffer'
import type { Holding } from '@heliograph/live-state'
import { PARTITIONS } from './ownership.ts'

type Announced = Pick<Holding, 'partition' | 'epoch' | 'instance'>

/** New owners of partitions as told on the bus, so that others needn't wait for their next look into the store. */
export function encodeAnnouncement(owners: readonly Announced[]): Uint8Array {
  return Buffer.from(
    JSON.stringify({ owners: owners.map(({ partition, epoch, instance }) => [partition, epoch, instance]) }),
  )
}

/** Undefined when it isn't an announcement. */
export function decodeAnnouncement(message: Uint8Array): Announced[] | undefined {
  let content: unknown
  try {
    content = JSON.parse(Buffer.from(message).toString())
  } catch {
    return undefined
  }
  const owners = (content as { owners?: unknown } | null)?.owners
  if (!Array.isArray(owners)) return undefined
  const announced: Announced[] = []
  for (const entry of owners as unknown[]) {
    if (!Array.isArray(entry)) return undefined
    const [partition, epoch, instance] = entry as unknown[]
    const valid = Number.isInteger(partition) && (partition as number) >= 0 && (partition as number) < PARTITIONS
    if (!valid || !Number.isSafeInteger(epoch) || typeof instance !== 'string') return undefined
    announced.push({ partition: partition as number, epoch: epoch as number, instance })
  }
  return announced
}
