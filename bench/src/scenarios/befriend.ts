import type { Client } from '../client/client.ts'
import { attribute } from '../client/xml-text.ts'
import { inParallel, until } from './crowd.ts'
import { type Job, shareOf } from './load.ts'

const SETUP_LIMIT_MS = 60_000
const ROSTER = `<query xmlns='jabber:iq:roster'/>`

/** The users nearest to `index` on a ring of `size`, `count` in all, half on each side. */
export function neighbours(index: number, size: number, count: number): number[] {
  const steps = Array.from({ length: count / 2 }, (_, i) => i + 1)
  return steps.flatMap((step) => [(index + step) % size, (index - step + size) % size])
}

function mutualContacts(roster: string): number {
  return roster.split(/subscription=['"]both['"]/).length - 1
}

/**
 * Makes every client and its neighbours mutual contacts, through the protocol (RFC 6121 §3.1): each asks each, and approves
 * whoever asks. Does nothing on a server that remembers it from before. Waits until every roster shows it, or throws.
 */
export async function befriend(clients: readonly Client[], job: Job, contacts: number): Promise<void> {
  const { accounts, domain, share } = job
  const first = accounts.indexOf(shareOf(accounts, share)[0] ?? { name: '', password: '' })
  const lacking: number[] = []
  await inParallel(clients, 16, async (client, index) => {
    if (mutualContacts(await client.query(ROSTER)) < contacts) lacking.push(index)
  })
  for (const client of clients) {
    client.onStanza = (xml) => {
      if (!xml.startsWith('<presence') || attribute(xml, 'type') !== 'subscribe') return
      const from = attribute(xml, 'from') ?? ''
      client.send(`<presence type='subscribed' to='${from}'/>`)
    }
  }
  await inParallel(lacking, 8, async (index) => {
    for (const other of neighbours(first + index, accounts.length, contacts)) {
      clients[index]?.send(`<presence type='subscribe' to='${accounts[other]?.name}@${domain}'/>`)
    }
    await clients[index]?.query(ROSTER) // paces the setup: the server has taken these before the next user's
  })
  await allMutual(clients, lacking, contacts)
}

async function allMutual(clients: readonly Client[], lacking: readonly number[], contacts: number): Promise<void> {
  let open = [...lacking]
  const end = performance.now() + SETUP_LIMIT_MS
  while (open.length > 0) {
    if (performance.now() > end) throw new Error(`${open.length} users still lack mutual contacts after 60 s`)
    const still: number[] = []
    await inParallel(open, 16, async (index) => {
      const roster = await clients[index]?.query(ROSTER)
      if (mutualContacts(roster ?? '') < contacts) still.push(index)
    })
    open = still
    await until(() => false, 200)
  }
}
