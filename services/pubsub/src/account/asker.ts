import { codecs, type Envelope } from '@heliograph/bus'

/** What the owner of an account says of who asks something of its nodes. */
export interface Asker {
  /** The account itself. */
  readonly own: boolean
  /** Sees the account's presence. */
  readonly subscriber: boolean
  /** Of the account's roster. */
  readonly groups: readonly string[]
  /** Clients of the account that he may be told of. */
  readonly resources: readonly string[]
}

/** Undefined for what doesn't come from the owner of an account. */
export function askerOf({ body }: Envelope): Asker | undefined {
  if (body === undefined) return undefined
  const { own, subscriber, groups, resources } = codecs.asker.decode(body)
  return { own, subscriber, groups: listOf(groups), resources: listOf(resources) }
}

export function isStranger(asker: Asker | undefined): boolean {
  return asker !== undefined && !asker.subscriber && !asker.own
}

function listOf(joined: string): string[] {
  return joined === '' ? [] : joined.split('\0')
}
