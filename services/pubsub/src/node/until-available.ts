import { setTimeout as sleep } from 'node:timers/promises'
import { FencedError, isUnavailable } from '@heliograph/database'
import type { PubsubContext } from '../context.ts'
import type { Node } from './node.ts'

const RETRY_MS = 250

/** The node went to another instance: nothing is done or answered here any more. */
export class NotOurs extends Error {
  override readonly name = 'NotOurs'
}

/** The same, found out in one way or the other. */
export function isLost(error: unknown): boolean {
  return error instanceof FencedError || error instanceof NotOurs
}

/**
 * Reads something without which a node can't go on. While Postgres is away it is tried again: this node's mailbox waits, the others go on.
 * @throws NotOurs when the partition went to another instance meanwhile
 */
export async function untilAvailable<T>(
  { ownership, log }: Pick<PubsubContext, 'ownership' | 'log'>,
  node: Pick<Node, 'key' | 'partition'>,
  read: () => Promise<T>,
): Promise<T> {
  while (ownership.heldEpochOf(node.partition) !== 0) {
    try {
      const found = await read()
      if (ownership.heldEpochOf(node.partition) !== 0) return found
    } catch (error) {
      if (!isUnavailable(error)) throw error
      log.warn('node_waits', { node: node.key, reason: (error as Error).message })
      await sleep(RETRY_MS)
    }
  }
  throw new NotOurs(node.key)
}
