import type { RawClient } from '@heliograph/testkit'
import { bareOf } from './actor.ts'

/** Each subscribes to the other's presence, as people do; both must be available. */
export async function befriend(one: RawClient, other: RawClient): Promise<void> {
  await subscribe(one, other)
  await subscribe(other, one)
}

/** `one` asks to see `other`, who agrees; resolves when `one` sees him. */
export async function subscribe(one: RawClient, other: RawClient): Promise<void> {
  const [asking, asked] = [bareOf(one.jid), bareOf(other.jid)]
  one.send(`<presence to='${asked}' type='subscribe'/>`)
  await other.expect(({ name, attrs }) => name === 'presence' && attrs.from === asking && attrs.type === 'subscribe')
  other.send(`<presence to='${asking}' type='subscribed'/>`)
  await one.expect(({ name, attrs }) => name === 'presence' && attrs.from === other.jid && attrs.type === undefined)
}
