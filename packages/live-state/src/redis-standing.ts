import type { Holding, Member, Standing } from './live-state.ts'

/** What the heartbeat script returns first when it must be told what the instance holds. */
export const TELL_ALL = 2

/** A standing with the stamp by which the store says that it hasn't changed. */
export interface StampedStanding extends Standing {
  readonly stamp: string
}

/**
 * Reads what the lease scripts return: flag, store id, settled, stamp and, unless the stamp is `known`'s, the lease hash.
 *
 * @throws TypeError when the reply has another shape.
 */
export function parseStanding(reply: unknown[], known: StampedStanding | undefined): StampedStanding {
  const [, storeId, settled, stamp, fields] = reply
  if (typeof storeId !== 'string' || typeof stamp !== 'string')
    throw new TypeError('unexpected reply of a lease script')
  if (fields === undefined || fields === null) {
    if (known?.stamp !== stamp) throw new TypeError('the lease script left out a standing that was never read')
    return { ...known, settled: settled === 1 }
  }
  const members: Member[] = []
  const holdings: Holding[] = []
  const flat = fields as string[]
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const name = flat[i]!
    const value = flat[i + 1]!
    if (name.startsWith('m:')) {
      members.push({ instance: name.slice(2), rpc: value.slice(1), draining: value.startsWith('d') })
    } else if (name.startsWith('p:')) {
      const [epoch = '0', instance = '', ...usurped] = value.split('\n')
      if (instance !== '') holdings.push({ partition: Number(name.slice(2)), epoch: Number(epoch), instance, usurped })
    }
  }
  return { members, holdings, storeId, settled: settled === 1, stamp }
}
